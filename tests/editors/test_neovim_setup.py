"""From a machine without an engine to ghost text in Neovim: `fimls setup`, and `:FimlsSetup`."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support.hosted_apis import HostedApi
from support.neovim import Neovim

pytestmark = pytest.mark.editor

KEY = "sk-planted0123456789"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("DEEPSEEK_API_KEY", "FIMLS_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_from_setup_to_ghost_text_it_takes_a_key_and_an_editor(home: Path) -> None:
    """README's steps: `pip install .` (this environment), `fimls setup`, an editor."""
    with HostedApi("deepseek", key=KEY, pieces=(" 4", "2")) as api:
        flags = ["--engine", "deepseek", "--url", api.url, "--key-stdin", "--hosted", "allow"]
        done = subprocess.run(
            [Path(sys.executable).with_name("fimls"), "setup", *flags],
            input=f"{KEY}\n",
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        file = home / "a.py"
        file.write_text("answer =\n", "utf-8")
        with Neovim.open(file, before=NO_SETTINGS) as editor:
            editor.keys("A ")
            assert editor.until(lambda: editor.ghost, "ghost text") == "42"
            editor.keys("<Tab>")
            editor.until(lambda: editor.text == "answer = 42", "the accepted text")
        assert all(path == "/beta/completions" for path in api.paths)


def test_the_command_sets_up_an_engine_and_starts_the_server_with_it(home: Path) -> None:
    file = home / "a.py"
    file.write_text("answer =\n", "utf-8")
    with (
        HostedApi("deepseek", key=KEY, pieces=(" 4", "2")) as api,
        Neovim.open(file, before=NO_SETTINGS + AT_ADDRESS % api.url) as editor,
    ):
        editor.lua("vim.cmd.FimlsSetup()")
        screen = "return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')"

        def asked(question: str) -> None:
            editor.until(lambda: question in editor.lua(screen).replace("\n", ""), question)

        asked("The API key of DeepSeek's API")
        editor.lua("vim.uv.sleep(200)")  # getpass drops what came before it
        editor.keys(f"{KEY}<CR>")
        asked("which somebody else runs?")
        editor.keys("y<CR>")
        settings = home / "fimls" / "fimls.toml"
        editor.until(settings.exists, "the settings file")
        assert KEY not in editor.lua(screen)
        editor.until(lambda: "stands in" in editor.lua(screen), "what was written")
        editor.lua("vim.cmd.stopinsert(); vim.cmd.wincmd('p')")
        editor.until(editor.ready, "the server")
        editor.keys("A ")
        assert editor.until(lambda: editor.ghost, "ghost text") == "42"
    assert tomllib.loads(settings.read_text("utf-8"))["engine"]["url"] == api.url


NO_SETTINGS = """
local set_up = require("fimls").setup
require("fimls").setup = function() return set_up({ lsp = { init_options = vim.empty_dict() } }) end
"""
"""Lua: the editor says nothing of an engine; the user's settings file does."""

AT_ADDRESS = """
local setup = require("fimls.engine_setup")
local terminal = setup._terminal
setup._terminal = function(command, ended)
  terminal(vim.list_extend(command, { "--engine", "deepseek", "--url", "%s" }), ended)
end
"""
"""Lua: `:FimlsSetup` meets the scripted API in place of DeepSeek's."""
