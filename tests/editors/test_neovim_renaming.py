"""A better name is proposed by fimls and given by a language server, in a real Neovim."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.neovim import Neovim, Open

pytestmark = pytest.mark.editor

LIBRARY = "def fn(a):\n    return a + 1\n"
USE = "from library import fn\n\nprint(fn(2), '😀', fn(3))\n"
SERVERS = {
    "basedpyright": ["basedpyright-langserver", "--stdio"],
    "pyright": ["pyright-langserver", "--stdio"],
    "pylsp": ["pylsp"],
}
PACKAGES = {"pylsp": "'python-lsp-server[rope]'"}


def renames(editor: Neovim, name: str) -> bool:
    return editor.lua(
        "for _, c in ipairs(vim.lsp.get_clients({ bufnr = 0, method = 'textDocument/rename' }))"
        " do if c.name == ... then return c.initialized == true end end return false",
        name,
    )


def start(editor: Neovim, name: str, folder: Path) -> None:
    """Start a language server for the buffer; skips the test where it is not installed."""
    if shutil.which(SERVERS[name][0]) is None:
        package = PACKAGES.get(name, name)
        pytest.skip(f"{SERVERS[name][0]} is not installed: `pip install {package}` brings it")
    editor.lua(
        "local name, cmd, root = ...; vim.lsp.start({ name = name, cmd = cmd, root_dir = root })",
        name,
        SERVERS[name],
        str(folder),
    )
    editor.until(lambda: renames(editor, name), f"{name}'s provider")


def rename(editor: Neovim) -> None:
    editor.lua(
        "vim.lsp.buf.code_action({ apply = true, filter = function(action)"
        " return action.title:find('to a better name', 1, true) ~= nil end })"
    )


@pytest.mark.parametrize("name", SERVERS)
def test_a_name_is_given_in_both_files_by_the_editors_own_provider(
    neovim: Open, tmp_path: Path, sglang: FakeSGLang, name: str
):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[tool.pyright]\n", encoding="utf-8")
    library, use = folder / "library.py", folder / "use.py"
    library.write_text(LIBRARY, encoding="utf-8")
    use.write_text(USE, encoding="utf-8")
    sglang.script = ["incremented"]

    with neovim(use, sglang.url) as editor:
        start(editor, name, folder)
        editor.keys("3G0/fn(3<CR>")  # behind a character of two units
        rename(editor)
        editor.until(lambda: "fn" not in editor.text, "the other name")
        assert editor.text == USE.rstrip("\n").replace("fn", "incremented")
        editor.lua("vim.cmd.edit(...)", str(library))
        assert editor.text == LIBRARY.rstrip("\n").replace("fn", "incremented")


def test_without_a_provider_only_what_is_proved_is_renamed(
    neovim: Open, file: Path, sglang: FakeSGLang
):
    file.write_text(LIBRARY, encoding="utf-8")
    sglang.script = ["incremented"]
    with neovim(file, sglang.url) as editor:
        editor.keys("1G0/fn<CR>")
        rename(editor)
        editor.until(lambda: "No code actions" in editor.messages, "no offer")
        assert editor.text == LIBRARY.rstrip("\n")


def test_a_provider_that_refuses_is_quoted_and_nothing_changes(
    neovim: Open, file: Path, sglang: FakeSGLang
):
    file.write_text(LIBRARY, encoding="utf-8")
    sglang.script = ["incremented"]
    refusing = """
    local function refusing(dispatchers)
      local closing = false
      return {
        request = function(method, params, reply)
          if method == "initialize" then
            reply(nil, { capabilities = { renameProvider = true } })
          elseif method == "textDocument/rename" then
            _G.asked = params
            vim.schedule(function() reply({ code = -32803, message = "not in this file" }) end)
          else
            vim.schedule(function() reply(nil, vim.NIL) end)
          end
          return true, 1
        end,
        notify = function() return true end,
        is_closing = function() return closing end,
        terminate = function() closing = true end,
      }
    end
    vim.lsp.start({ name = "strict", cmd = refusing })
    """
    with neovim(file, sglang.url) as editor:
        editor.lua(refusing)
        editor.until(lambda: renames(editor, "strict"), "the provider")
        editor.keys("1G0/fn<CR>")
        rename(editor)
        editor.until(lambda: "not in this file" in editor.messages, "the refusal")
        assert "strict does not rename" in editor.messages
        assert editor.text == LIBRARY.rstrip("\n")
        assert editor.lua("return asked.newName") == "incremented"

        # It goes, and fimls is told.
        editor.lua("vim.lsp.buf_detach_client(0, vim.lsp.get_clients({ name = 'strict' })[1].id)")
        editor.until(lambda: not renames(editor, "strict"), "the end of the provider")
        rename(editor)
        editor.until(lambda: "No code actions" in editor.messages, "no offer")
