"""Code actions and rewriting in a real Neovim, with the real server over a scripted engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang, Hold
from support.neovim import Neovim, Open

pytestmark = pytest.mark.editor

CODE = "def area(a, b):\n    size = a * b  # 😀\n    return size\n"


def started(editor: Neovim) -> None:
    ready = "local c = vim.lsp.get_clients({ bufnr = 0 })[1]; return c ~= nil and c.initialized"
    editor.until(lambda: editor.lua(ready), "the server")


def act(editor: Neovim, words: str) -> None:
    """Choose the code action at the cursor whose title has these words."""
    editor.lua(
        "vim.lsp.buf.code_action({ apply = true, filter = function(action)"
        f" return action.title:find('{words}', 1, true) ~= nil end }})"
    )


def accept(editor: Neovim) -> None:
    """Accept the diff that is shown."""
    windows = "return #vim.api.nvim_tabpage_list_wins(0)"
    editor.until(lambda: editor.lua(windows) == 3, "the diff")
    editor.keys("a")


def test_an_action_is_applied_and_undone(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = ['```python\n"""Return the area."""\n```']

    with neovim(file, sglang.url) as editor:
        editor.keys("w")
        started(editor)
        act(editor, "docstring")
        accept(editor)
        editor.until(lambda: "Return the area." in editor.text, "the docstring")
        assert editor.text == CODE.rstrip("\n").replace(
            "    size", '    """Return the area."""\n    size'
        )
        editor.keys("u")
        editor.until(lambda: "Return" not in editor.text, "the text before")
        assert editor.text == CODE.rstrip("\n")


def test_what_is_not_safe_changes_nothing_and_is_said(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = ["I'm sorry, but I cannot do that."]

    with neovim(file, sglang.url) as editor:
        started(editor)
        editor.keys("w")
        act(editor, "docstring")
        editor.until(lambda: "No safe edit found" in editor.messages, "the message")
        assert editor.text == CODE.rstrip("\n")


def test_lines_are_rewritten(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = ["    size = a * b * 2  # 😀"]

    with neovim(file, sglang.url) as editor:
        started(editor)
        editor.keys("jV:FimlsRewrite double it<CR>")
        accept(editor)
        editor.until(lambda: "* 2" in editor.text, "the new line")
        assert editor.text == CODE.rstrip("\n").replace("a * b", "a * b * 2")
        editor.keys("u")
        editor.until(lambda: "* 2" not in editor.text, "the text before")


@pytest.mark.parametrize("what", ["an action", "a rewriting"])
def test_what_takes_long_can_be_cancelled(neovim: Open, file: Path, sglang: FakeSGLang, what: str):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = [Hold(), "x"]

    with neovim(file, sglang.url) as editor:
        started(editor)
        editor.keys("w")
        if what == "an action":
            act(editor, "docstring")
        else:
            editor.keys("jV:FimlsRewrite double it<CR>")
        assert sglang.wait_started(30)
        editor.api.command("FimlsCancel")
        assert sglang.wait_aborted(30)
        editor.api.command("sleep 300m")
        assert editor.text == CODE.rstrip("\n")
        assert "stack traceback" not in editor.messages
        editor.api.command("FimlsCancel")
        editor.until(lambda: "nothing to cancel" in editor.messages, "the message")


def test_fix_is_offered_for_what_another_tool_reports(neovim: Open, file: Path, sglang: FakeSGLang):
    file.write_text(CODE, encoding="utf-8")
    sglang.script = ["```python\ndef area(a, b):\n    size = a * b\n    return size + 0\n```"]

    with neovim(file, sglang.url) as editor:
        started(editor)
        editor.keys("jw")
        editor.lua(
            "vim.diagnostic.set(vim.api.nvim_create_namespace('lint'), 0, {{ lnum = 1, col = 4,"
            " end_lnum = 1, end_col = 8, message = 'size is odd', source = 'lint', code = 'L1' }})"
        )
        act(editor, "Fix: size is odd")
        editor.until(lambda: sglang.requests, "the question")
        editor.until(lambda: "size + 0" in editor.text or editor.messages, "an answer")
