"""What a model wrote is a diff in a real Neovim, to take whole, by hunks, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.neovim import Neovim, Open

pytestmark = pytest.mark.editor

CODE = """\
def area(a, b):
    size = a if a else b
    # the size, measured 😀
    print(size)
    print(a)
    print(b)
    print(a + b)
    if b in (1, 2):
        return True
    else:
        return False
"""
FIRST = ("size = a if a else b", "size = a or b")
ANSWER = CODE.replace("    else:\n        return False\n", "    return False\n").replace(*FIRST)


def asked(editor: Neovim, words: str = "Simplify") -> None:
    """Choose an action, and wait until its diff is there."""
    editor.lua(
        "vim.lsp.buf.code_action({ apply = true, filter = function(action)"
        f" return action.title:find('{words}', 1, true) ~= nil end }})"
    )
    editor.until(lambda: windows(editor) >= 3, "the diff")


def windows(editor: Neovim) -> int:
    return editor.lua("return #vim.api.nvim_tabpage_list_wins(0)")


def file_of(editor: Neovim, file: Path) -> str:
    buf = editor.lua("return vim.fn.bufnr(...)", str(file))
    return "\n".join(editor.api.buffers[buf][:])


def open_diff(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = [f"```python\n{ANSWER}```"]
    return neovim(file, sglang.url)


def test_a_diff_shows_both_versions_and_what_was_checked(
    neovim: Open, file: Path, sglang: FakeSGLang
):
    with open_diff(neovim, file, sglang) as editor:
        editor.keys("w")
        asked(editor)
        assert editor.text == ANSWER.rstrip("\n")  # the cursor is in the proposal
        assert file_of(editor, file) == CODE.rstrip("\n")
        assert editor.lua("return vim.wo.diff")
        shown = editor.lua(
            "local all = {}; for _, w in ipairs(vim.api.nvim_tabpage_list_wins(0)) do"
            " vim.list_extend(all, vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(w), 0, -1,"
            " true)) end; return table.concat(all, '\\n')"
        )
        assert "Simplify `area`" in shown
        assert "Passed: same ways through the code" in shown


def test_all_is_accepted_at_once_and_undone_at_once(neovim: Open, file: Path, sglang: FakeSGLang):
    with open_diff(neovim, file, sglang) as editor:
        editor.keys("w")
        asked(editor)
        editor.keys("a")
        assert windows(editor) == 1
        assert editor.text == ANSWER.rstrip("\n")
        editor.keys("u")
        assert editor.text == CODE.rstrip("\n")


def test_one_hunk_is_taken_and_the_other_left(neovim: Open, file: Path, sglang: FakeSGLang):
    with open_diff(neovim, file, sglang) as editor:
        editor.keys("w")
        asked(editor)
        editor.keys("gg]cdp")
        editor.keys("q")
        assert windows(editor) == 1
        assert editor.text == CODE.rstrip("\n").replace(*FIRST)


def test_what_is_discarded_changes_nothing(neovim: Open, file: Path, sglang: FakeSGLang):
    with open_diff(neovim, file, sglang) as editor:
        editor.keys("w")
        asked(editor)
        editor.keys("q")
        assert windows(editor) == 1
        assert editor.text == CODE.rstrip("\n")
        assert not editor.lua("return vim.bo.modified")


def test_new_files_are_seen_before_they_are_made(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text(CODE, encoding="utf-8")
    tests = f"from {file.stem} import area\n\n\ndef test_area():\n    assert area(2, 3) is False\n"
    sglang.script = [f"```python\n{tests}```"]
    with neovim(file, sglang.url) as editor:
        editor.keys("w")
        asked(editor, "tests")
        made = file.with_name(f"test_{file.name}")
        assert "assert area(2, 3)" in editor.text
        assert not made.exists()
        editor.keys("a")
        assert windows(editor) == 1
        editor.until(made.exists, "the new file")


def test_rewritten_lines_are_seen_first_too(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = ["    print(size * 2)"]
    with neovim(file, sglang.url) as editor:
        editor.keys("4GV:FimlsRewrite double it<CR>")
        editor.until(lambda: windows(editor) >= 3, "the diff")
        assert file_of(editor, file) == CODE.rstrip("\n")
        editor.keys("a")
        assert "print(size * 2)" in editor.text


def test_without_confirmation_the_edit_is_made(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = [f"```python\n{ANSWER}```"]
    setup = "{ lsp = { init_options = { refactor = { confirm = false } } } }"
    with neovim(file, sglang.url, setup=setup) as editor:
        editor.keys("w")
        editor.lua(
            "vim.lsp.buf.code_action({ apply = true, filter = function(action)"
            " return action.title:find('Simplify', 1, true) ~= nil end })"
        )
        editor.until(lambda: "size = a or b" in editor.text, "the edit")
        assert windows(editor) == 1
