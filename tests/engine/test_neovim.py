"""From a key in a real Neovim to ghost text by the real SGLang, and into the buffer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.neovim import Neovim

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
