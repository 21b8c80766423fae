"""Where nothing comes, Neovim says why: no program, no server, another type of file, excluded."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import psutil
import pytest

from support.fake_sglang import FakeSGLang
from support.neovim import PLUGIN, Neovim, Open

pytestmark = pytest.mark.editor

READY = r"fimls: ready\.( Text goes to \S+ \(local\)\.)?"


def status(editor: Neovim) -> str:
    return editor.api.command_output("FimlsStatus")


def is_ready(editor: Neovim) -> bool:
    return re.fullmatch(READY, status(editor)) is not None


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("/nowhere/fimls", "There is no `/nowhere/fimls`"),
        ("no-such-fimls", "`no-such-fimls` is not on your PATH"),
        (__file__, f"`{__file__}` cannot be run"),
    ],
)
def test_a_program_that_is_not_there(neovim: Open, file: Path, program: str, words: str):
    file.write_text("x = \n", encoding="utf-8")
    setup = f"{{ lsp = {{ cmd = {{ '{program}', 'serve' }} }} }}"

    with neovim(file, setup=setup, ready=False) as editor:
        editor.until(lambda: "fimls: " in editor.messages, "a message")
        assert words in status(editor)
        editor.api.command("checkhealth fimls")
        assert words in editor.text


@pytest.mark.parametrize(
    ("filetype", "words"),
    [
        ("tex", 'setup({ filetypes = { ["tex"] = true } })'),
        ("", "has no type"),
    ],
)
def test_a_type_of_file_that_is_not_served(neovim: Open, file: Path, filetype: str, words: str):
    file.write_text("x = \n", encoding="utf-8")

    with neovim(file) as editor:
        editor.api.command(f"enew | set filetype={filetype}")
        assert words in status(editor)
        editor.api.command("setlocal buftype=nofile")
        assert "not a file" in status(editor)


@pytest.mark.parametrize("name", ["notes.md", "values.yaml", "data.json", "Cargo.toml"])
def test_documents_that_are_no_programs_are_served_as_in_other_editors(
    neovim: Open, file: Path, sglang: FakeSGLang, name: str
):
    file = file.with_name(name)
    file.write_text("x: \n", encoding="utf-8")
    sglang.script = ["value"]

    with neovim(file, sglang.url) as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost == "value", "ghost text")


def test_one_type_of_file_more_and_one_less(neovim: Open, file: Path, sglang: FakeSGLang):
    file = file.with_name("a.nix")
    file.write_text("x \n", encoding="utf-8")
    types = "{ filetypes = { nix = true, python = false } }"

    with neovim(file, sglang.url, types) as editor:
        editor.api.command(f"edit {file.with_name('b.py')}")
        assert 'filetypes = { ["python"] = true }' in status(editor)


def test_a_file_that_is_excluded(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("KEY=\n", encoding="utf-8")
    sglang.script = ["secret"]
    setup = '{ lsp = { init_options = { completion = { exclude_files = { "a.py" } } } } }'

    with neovim(file, sglang.url, setup) as editor:
        editor.keys("A")
        editor.until(lambda: "Nothing of this file is sent" in status(editor), "the reason")
        line = editor.lua("return require('fimls').statusline()")
        assert (editor.ghost, line) == (None, "fimls -")
    assert not sglang.requests


def test_nothing_to_say_is_said_with_no_blank_behind(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("x = \n", encoding="utf-8")

    with neovim(file, sglang.url) as editor:
        editor.until(lambda: is_ready(editor), "ready")


def test_a_server_that_is_killed_is_started_again(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("x = \n", encoding="utf-8")
    sglang.script = ["value"]

    with neovim(file, sglang.url) as editor:
        editor.keys("A")
        editor.until(lambda: editor.ghost == "value", "ghost text")
        before = servers(editor)
        before[0].kill()
        editor.until(lambda: servers(editor) and servers(editor) != before, "another one")
        editor.until(editor.ready, "it is ready")
        editor.keys("<Esc>A ")
        editor.until(lambda: editor.ghost == "value", "ghost text")


def test_it_is_restarted_by_hand(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("x = \n", encoding="utf-8")
    sglang.script = ["value"]

    with neovim(file, sglang.url) as editor:
        before = servers(editor)
        editor.api.command("FimlsRestart")
        editor.until(lambda: servers(editor) and servers(editor) != before, "another one")
        editor.until(editor.ready, "it is ready")
        editor.keys("A")
        editor.until(lambda: editor.ghost == "value", "ghost text")
        editor.keys("<Tab>")
        editor.until(lambda: editor.text == "x = value", "the text")


def test_the_statusline_of_the_readme_keeps_the_name_of_the_file(
    neovim: Open, file: Path, sglang: FakeSGLang
):
    file.write_text("x = \n", encoding="utf-8")
    readme = (PLUGIN / "README.md").read_text(encoding="utf-8")
    command = readme.partition("| the statusline | `")[2].partition("` |")[0]

    with neovim(file, sglang.url) as editor:
        editor.until(lambda: is_ready(editor), "ready")
        editor.api.command(command)
        line = editor.lua("return vim.api.nvim_eval_statusline(vim.o.statusline, {}).str")
        assert "a.py" in line
        assert "1,1" in line
        assert "fimls" in line.replace(str(file.parent), "")


def test_what_is_sent_is_shown_and_is_no_file(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text("value = \n", encoding="utf-8")

    with neovim(file, sglang.url) as editor:
        editor.until(lambda: is_ready(editor), "ready")
        editor.api.command("FimlsPrompt")
        editor.until(lambda: "tokens for" in editor.text, "the prompt")
        assert "value =" in editor.text
        assert not editor.api.eval("&modified")
        assert editor.api.eval("&buftype") == "nofile"


def servers(editor: Neovim) -> list[psutil.Process]:
    """The servers of an editor."""
    found: list[psutil.Process] = []
    for each in psutil.Process(editor.api.eval("getpid()")).children():
        with contextlib.suppress(psutil.NoSuchProcess):  # a killed one that nobody waited for yet
            if "serve" in each.cmdline():
                found.append(each)
    return found
