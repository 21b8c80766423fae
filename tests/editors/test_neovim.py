"""The plug-in in a real Neovim, with the real server over a scripted engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from fimls.backend.base import Priority
from support.fake_sglang import FakeSGLang, Hold
from support.neovim import Open, other_nvim_command
from support.recorded_sessions import RecordedSessions

pytestmark = pytest.mark.editor


def test_another_neovim_is_named():
    assert Path(other_nvim_command()).exists()  # or the test says how to name one


def test_a_completion_is_shown_and_accepted(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("def add(first, second):\n    return \n", encoding="utf-8")
    sglang.script = ["first", " + ", "second"]

    with neovim(file, sglang.url) as editor:
        editor.keys("jA")
        assert editor.until(lambda: editor.ghost, "ghost text") == "first + second"
        editor.keys("<Tab>")
        editor.until(lambda: "second\n" in editor.text + "\n" and not editor.ghost, "the text")

        assert editor.text == "def add(first, second):\n    return first + second"
        assert editor.cursor == (2, len("    return first + second"))
        assert editor.mode == "i"


def test_what_the_server_says_is_held_against_what_neovim_announced(
    neovim: Open, file: Path, sglang: FakeSGLang, recorded_sessions: RecordedSessions
):
    file.write_text("x = \n", encoding="utf-8")
    sglang.script = ["value"]
    recorded_sessions.check()
    before = recorded_sessions.messages

    with neovim(file, sglang.url) as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost, "ghost text")
    recorded_sessions.check()

    answers = 2  # to initialize and inlineCompletion, at least
    assert recorded_sessions.messages >= before + answers


def test_the_engine_reads_ahead_where_the_cursor_rests(
    neovim: Open, file: Path, sglang: FakeSGLang
):
    file.write_text("def add(first, second):\n    return \n", encoding="utf-8")

    with neovim(file, sglang.url, before="vim.opt.updatetime = 100", warm_up=True) as editor:
        editor.until(lambda: len(sglang.requests) >= 1, "the document is read")
        seen = len(sglang.requests)
        editor.keys("j")
        editor.until(lambda: len(sglang.requests) > seen, "the cursor's surroundings are read")

        assert {body["sampling_params"]["max_new_tokens"] for body in sglang.requests} == {0}
        assert {body["priority"] for body in sglang.requests} == {Priority.WARM_UP}


def test_bytes_and_characters_are_not_confused(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("# 😀 é\ns = '😀é'; t = ()  # 中\n", encoding="utf-8")
    sglang.script = ["'né😀'"]

    with neovim(file, sglang.url) as editor:
        editor.keys("jf(a")
        editor.until(lambda: editor.ghost == "'né😀'", "ghost text")
        editor.keys("<Tab>")
        editor.until(lambda: "né" in editor.text, "the text")

        assert editor.text == "# 😀 é\ns = '😀é'; t = ('né😀')  # 中"
        assert editor.cursor == (2, len("s = '😀é'; t = ('né😀'".encode()))


def test_several_lines_are_shown_below_the_cursor(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("def f(x):\n", encoding="utf-8")
    sglang.script = ["\n    if x:", "\n\treturn 1"]

    with neovim(file, sglang.url) as editor:
        editor.api.command("set tabstop=4")
        editor.keys("A")
        shown = "\n    if x:\n    return 1"  # Neovim's own shows the tab as it is
        editor.until(lambda: (editor.ghost or "").expandtabs(4) == shown, "ghost text")
        editor.keys("<Tab>")
        editor.until(lambda: "return" in editor.text, "the text")

        assert editor.text == "def f(x):\n    if x:\n\treturn 1"
        assert editor.cursor == (3, len("\treturn 1"))


def test_typing_what_is_proposed_keeps_the_rest(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("x = \n", encoding="utf-8")
    sglang.scripts = [["value + 1"]]
    sglang.script = [Hold()]

    with neovim(file, sglang.url) as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost == "value + 1", "ghost text")
        editor.keys("val")
        assert editor.ghost == "ue + 1"
        editor.keys("<Tab>")
        editor.until(lambda: editor.text == "x = value + 1", "the text")


def test_typing_something_else_takes_it_off(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("x = \n", encoding="utf-8")
    sglang.scripts = [["value"]]
    sglang.script = [Hold()]

    with neovim(file, sglang.url) as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost, "ghost text")
        editor.keys("w")
        assert editor.ghost is None


def test_leaving_insert_mode_takes_it_off(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("x = \n", encoding="utf-8")
    sglang.script = ["value"]

    with neovim(file, sglang.url) as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost, "ghost text")
        editor.keys("<Esc>")
        assert editor.ghost is None
        assert editor.text == "x = "


def test_the_next_key_ends_the_generation_for_the_last(
    neovim: Open, file: Path, sglang: FakeSGLang
):
    file.write_text("x = \n", encoding="utf-8")
    sglang.script = ["v", Hold()]

    with neovim(file, sglang.url) as editor:
        editor.keys("A")
        sglang.wait_started()
        editor.keys("y")
        sglang.wait_started(count=2)
        sglang.wait_aborted()
        assert sglang.aborted[0] == sglang.requests[0]["rid"]


def test_without_a_completion_the_key_does_what_it_did(
    neovim: Open, file: Path, sglang: FakeSGLang
):
    file.write_text("x\n", encoding="utf-8")
    before = "vim.keymap.set('i', '<C-y>', function() return '!' end, { expr = true })"

    with neovim(file, sglang.url, '{ keys = { accept = "<C-y>" } }', before) as editor:
        editor.keys("A<C-y>")
        assert editor.text == "x!"

    with neovim(file, sglang.url) as editor:
        editor.api.command("set expandtab softtabstop=4")
        editor.keys("A<Tab>y")
        assert editor.text == "x   y"
