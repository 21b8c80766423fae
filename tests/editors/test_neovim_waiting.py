"""An engine that is slow, or not there yet: the user sees that something comes, and then what."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.neovim import Neovim, Open

pytestmark = pytest.mark.editor

LATE = "lsp = { init_options = { completion = { deadline_ms = 700, reuse = false } } }"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_text("value =\n", "utf-8")
    return path


def engine(folder: Path, *script: str | float, port: int = 0) -> FakeSGLang:
    return FakeSGLang(script=[*script], model_path=str(folder), context_length=100_000, port=port)


def waiting(editor: Neovim) -> bool:
    return "fimls is writing" in editor.screen(1)


def test_a_slow_suggestion_is_announced_behind_the_line(
    neovim: Open, file: Path, tokenizer_folder: Path
) -> None:
    with (
        engine(tokenizer_folder, 3.0, "42") as slow,
        neovim(file, slow.url, setup="{ waiting_ms = 200 }") as editor,
    ):
        editor.keys("A ")
        editor.until(lambda: waiting(editor), "the announcement")
        assert editor.until(lambda: editor.ghost, "ghost text") == "42"
        assert not waiting(editor)


def test_the_announcement_goes_when_the_user_types_on_or_leaves(
    neovim: Open, file: Path, tokenizer_folder: Path
) -> None:
    with (
        engine(tokenizer_folder, 60.0, "42") as slow,
        neovim(file, slow.url, setup="{ waiting_ms = 200 }") as editor,
    ):
        editor.keys("A ")
        editor.until(lambda: waiting(editor), "the announcement")
        editor.keys("4")
        assert not waiting(editor)
        editor.until(lambda: waiting(editor), "the next announcement")
        editor.keys("<Esc>")
        assert not waiting(editor)


def test_no_announcement_where_the_user_wants_none(
    neovim: Open, file: Path, tokenizer_folder: Path
) -> None:
    with (
        engine(tokenizer_folder, 1.5, "42") as slow,
        neovim(file, slow.url, setup="{ waiting_ms = false }") as editor,
    ):
        editor.keys("A ")
        while not editor.ghost:
            assert not waiting(editor)


def test_a_first_answer_that_came_too_late_is_asked_for_again_without_a_keystroke(
    neovim: Open, file: Path, tokenizer_folder: Path
) -> None:
    with (
        engine(tokenizer_folder, 60.0, "42") as cold,
        neovim(file, cold.url, setup=f"{{ {LATE} }}") as editor,
    ):
        editor.keys("A ")
        cold.wait_started()
        cold.script = ["42"]  # it has loaded, and answers at once
        assert editor.until(lambda: editor.ghost, "ghost text") == "42"
        assert editor.text == "value = "


def test_an_engine_that_starts_later_is_asked_without_a_keystroke(
    neovim: Open, file: Path, tokenizer_folder: Path
) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    with neovim(file, f"http://127.0.0.1:{port}") as editor:
        editor.keys("A ")
        editor.until(lambda: "No SGLang engine answers" in editor.messages, "the reason")
        with engine(tokenizer_folder, "42", port=port):
            assert editor.until(lambda: editor.ghost, "ghost text") == "42"
