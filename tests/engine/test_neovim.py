"""From a key in a real Neovim to ghost text by the real SGLang, and into the buffer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.neovim import Neovim
from support.neovim_screen import Screen
from support.pictures import CIRCLE, CODE, SCREENSHOTS

pytestmark = [pytest.mark.engine, pytest.mark.editor]


def test_ghost_text_comes_from_the_engine_and_is_accepted(tmp_path: Path, engine: Any) -> None:
    (tmp_path / ".git").mkdir()
    file = tmp_path / "a.py"
    file.write_text("def first(items):\n    result = []\n", encoding="utf-8")

    with Neovim.open(file, engine.url, layout="held") as editor:
        editor.keys("Go    for item in ")
        ghost = editor.until(lambda: editor.ghost, "ghost text")
        assert ghost.startswith("items:")
        editor.keys("<Tab>")
        editor.until(lambda: "for item in items:" in editor.text, "the text")


def test_a_picture_of_it(tmp_path: Path, engine: Any) -> None:
    """With FIMLS_SCREENSHOTS naming a folder, the picture of the README is put there."""
    (tmp_path / ".git").mkdir()
    file = tmp_path / "shapes.py"
    file.write_text(CODE, encoding="utf-8")

    with Neovim.open(file, engine.url, before=LOOKS, layout="held") as editor:
        screen = Screen(editor)
        editor.keys("Godef __init__(self, name, ")
        ghost = editor.until(lambda: editor.ghost, "ghost text").split("\n")[0]
        screen.update()

        row = len(CODE.splitlines())
        typed = screen.text(row).rstrip().removesuffix(ghost.rstrip())
        assert typed.rstrip().endswith("def __init__(self, name,")
        assert screen.color(row, len(typed)) != screen.color(row, len(typed) - 3)
        picture = (SCREENSHOTS or tmp_path) / "ghost-text.png"
        screen.save(picture)
        assert picture.stat().st_size < 200_000


def test_pictures_of_a_code_action(tmp_path: Path, engine: Any) -> None:
    """With FIMLS_SCREENSHOTS naming a folder, the pictures of the README are put there."""
    (tmp_path / ".git").mkdir()
    file = tmp_path / "shapes.py"
    file.write_text(CIRCLE, encoding="utf-8")

    with Neovim.open(file, engine.url, before=LOOKS, layout="held") as editor:
        screen = Screen(editor)
        editor.keys("12Gw")
        screen.update()
        editor.api.input("gra")
        offered = screen.find("Inline `size`")
        screen.find("Type number")
        screen.save((SCREENSHOTS or tmp_path) / "code-action.png")
        editor.api.input(f"{offered.partition(':')[0]}<CR>")
        editor.until(lambda: "        return pi * self.radius**2" in editor.text, "the text")
        assert "size" not in editor.text
        screen.update()
        screen.save((SCREENSHOTS or tmp_path) / "code-action-applied.png")


LOOKS = """
vim.o.termguicolors = true
vim.cmd.colorscheme("habamax")
vim.o.number = true
vim.o.laststatus = 2
vim.o.ruler = false
vim.o.statusline = " %t%=%{%v:lua.require'fimls'.statusline()%} "
"""
