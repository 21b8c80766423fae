"""The specs that the README has for lazy.nvim, read by the real one.

FIMLS_LAZY_NVIM names a clone of it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.neovim import PLUGIN, Open

pytestmark = pytest.mark.editor

LAZY = os.environ.get("FIMLS_LAZY_NVIM")
"""Read before tests hide this user's environment."""

LOADED = 'return require("lazy.core.config").plugins.nvim._.loaded ~= nil'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not LAZY:
        pytest.skip("FIMLS_LAZY_NVIM names no clone of lazy.nvim")
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))


def documented() -> str:
    """Return the spec of the README, with the folder of this repository."""
    readme = (PLUGIN / "README.md").read_text(encoding="utf-8")
    found = re.search(r"With lazy\.nvim: `(\{.*\})`", readme)
    assert found
    return found[1].replace("~/fimls/editors/nvim", str(PLUGIN))


@pytest.mark.parametrize(
    "when", ["", 'event = "InsertEnter"', 'ft = "python"', 'cmd = "FimlsStatus"']
)
def test_the_spec_of_the_readme_works_and_so_does_loading_it_later(
    neovim: Open, file: Path, sglang: FakeSGLang, when: str
):
    file.write_text("x =\n", encoding="utf-8")
    sglang.script = ["value"]
    spec = documented().replace("cmd = { ... }", OPTIONS % sglang.url)
    if when:
        spec = f"{spec[:-1].rstrip()}, {when} }}"

    with neovim(file, before=INSTEAD % (LAZY, spec), ready=False) as editor:
        if "cmd" in when:
            editor.api.command("FimlsStatus")
        editor.keys("A ")
        editor.until(editor.ready, "the server")
        editor.keys("<Esc>A ")
        assert editor.until(lambda: editor.ghost, "ghost text") == "value"
        editor.keys("<Tab>")
        editor.until(lambda: editor.text == "x =  value", "the text")
        assert editor.lua(LOADED)


OPTIONS = """init_options = {
  engine = { url = [[%s]] }, prompt = { layout = "whole", warm_up = false } }"""

INSTEAD = """
vim.opt.runtimepath:prepend([[%s]])
local without = { rocks = { enabled = false }, change_detection = { enabled = false } }
require("lazy").setup({ %s }, without)
do return end
"""
"""Lua: lazy.nvim does what the rest of the init file would; it also resets the runtime path."""
