"""The first engine is killed while one types in Neovim: who answers, and who never gets text."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.hosted_apis import HostedApi
from support.neovim import Neovim

pytestmark = pytest.mark.editor

BACK_S = 45
"""Within which the first engine is asked again once it is back."""

SETTINGS = """
local set_up = require("fimls").setup
require("fimls").setup = function()
  return set_up({ lsp = { init_options = {
    engines = {
      { name = "first", url = "%s" },
      { name = "theirs", kind = "deepseek", url = "%s" },
      { name = "second", url = "%s" },
    },
    privacy = { hosted = "never" },
    prompt = { layout = "whole", warm_up = false },
    completion = { reuse = false, speculation = false },
  } } })
end
"""


def engine(folder: Path, says: str, port: int = 0) -> FakeSGLang:
    return FakeSGLang(script=[says], model_path=str(folder), context_length=100_000, port=port)


def test_the_next_engine_answers_the_next_key_and_the_first_comes_back(
    tmp_path: Path, tokenizer_folder: Path
) -> None:
    file = tmp_path / "a.py"
    file.write_text("value =\n", "utf-8")
    with HostedApi("deepseek") as theirs, engine(tokenizer_folder, "2") as second:
        first = engine(tokenizer_folder, "1")
        with ExitStack() as running:
            running.enter_context(first)
            settings = SETTINGS % (first.url, theirs.url, second.url)
            with Neovim.open(file, before=settings) as editor:
                editor.keys("A ")
                assert editor.until(lambda: editor.ghost, "ghost text") == "1"
                assert "first at" in status(editor)
                port = int(first.url.rpartition(":")[2])
                running.close()
                editor.keys("<BS>")
                editor.keys(" ")  # one request, and it is answered
                editor.until(lambda: editor.ghost == "2", "the second engine's text")
                assert "second at" in status(editor)
                assert not editor.lua("return require('fimls.status').last")
                with engine(tokenizer_folder, "3", port):
                    began = time.monotonic()
                    while editor.ghost != "3":
                        assert time.monotonic() - began < BACK_S
                        editor.keys("<BS>")
                        editor.keys(" ")
                        time.sleep(0.5)
                    assert "first at" in status(editor)
    assert not theirs.calls


def status(editor: Neovim) -> str:
    """What the status item knows of where text goes."""
    editor.until(lambda: editor.lua("return require('fimls.status').get().engine"), "where")
    return editor.lua("return require('fimls.status').get().engine")
