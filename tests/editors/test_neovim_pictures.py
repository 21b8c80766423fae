"""What Neovim says of itself on the screen, and the pictures of it in the plug-in's README.

FIMLS_SCREENSHOTS names the folder that the pictures are put into.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.neovim import Open
from support.pictures import SCREENSHOTS

pytestmark = pytest.mark.editor

MOST_BYTES = 200_000


def test_the_status_is_on_the_screen(neovim: Open, file: Path, tokenizer_folder: Path):
    pytest.importorskip("matplotlib", reason="it has the font of the pictures")
    from support.neovim_screen import Screen

    file.write_text("def area(width, height):\n    return \n", encoding="utf-8")
    with FakeSGLang(script=["value"], model_path=str(tokenizer_folder)) as engine:
        url = engine.url

    with neovim(file, url) as editor:
        editor.until(lambda: url in editor.api.command_output("FimlsStatus"), "the reason")
        screen = Screen(editor, columns=90, rows=10)
        editor.api.command("set cmdheight=2 laststatus=2")
        editor.api.command("set statusline=%t%=%{%v:lua.require'fimls'.statusline()%}")
        editor.api.input(":FimlsStatus<CR>")
        screen.find("fimls: failing")
        screen.find("a.py")
        picture = (SCREENSHOTS or file.parent) / "status.png"
        screen.save(picture)
    assert picture.stat().st_size < MOST_BYTES


def test_the_doctor_is_on_the_screen(neovim: Open, file: Path, sglang: FakeSGLang):
    pytest.importorskip("matplotlib", reason="it has the font of the pictures")
    from support.neovim_screen import Screen

    file.write_text("x = \n", encoding="utf-8")

    with neovim(file, sglang.url) as editor:
        sglang.script = ["a + b"]
        screen = Screen(editor, columns=100, rows=26)
        editor.api.command("checkhealth fimls")
        editor.until(lambda: sglang.url in editor.text, "what the doctor found")
        editor.api.command("set showtabline=0")
        editor.keys("gg")
        screen.update()
        shown = "\n".join(screen.text(row) for row in range(26))
        picture = (SCREENSHOTS or file.parent) / "doctor.png"
        screen.save(picture)
    assert "OK engine: " in shown
    assert "OK completion: " in shown
    assert picture.stat().st_size < MOST_BYTES
