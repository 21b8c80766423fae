"""From a key in a real VS Code to ghost text by the real SGLang, and into the buffer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.pictures import CIRCLE, CODE, SCREENSHOTS
from support.vscode import CodeServer, Window

pytestmark = [pytest.mark.engine, pytest.mark.editor]

AS_IT_COMES = {
    "fimls.prompt.layout": "held",
    "fimls.prompt.warmUp": True,
    "fimls.completion.reuse": True,
    "fimls.completion.lines": "auto",
    "editor.quickSuggestions": "off",
    "editor.autoClosingBrackets": "never",
}


def test_ghost_text_comes_from_the_engine_and_is_accepted(
    tmp_path: Path, browser: Any, code_server: CodeServer, engine: Any
):
    """With FIMLS_SCREENSHOTS naming a folder, the picture of the README is put there."""
    project = tmp_path / "shapes"
    project.mkdir()
    file = project / "shapes.py"
    file.write_text(CODE, encoding="utf-8")

    with Window.open(browser, code_server, file, engine.url, AS_IT_COMES) as window:
        window.focus()
        window.keys("Control+End")
        window.type("    def __init__(self, name, ")
        ghost = window.until(lambda: window.ghost, "ghost text")
        window.page.wait_for_timeout(500)
        window.save_picture((SCREENSHOTS or tmp_path) / "ghost-text.png")
        ghost = window.until(lambda: window.ghost, "ghost text")
        window.keys("Control+ArrowRight")
        word = ghost.split("\n")[0][:3]
        window.until(lambda: f"self, name, {word}" in window.text, "the word")
        window.until(lambda: window.ghost, "the rest")
        window.keys("Tab")
        window.until(lambda: ghost.split("\n")[0].rstrip() in window.text, "the text")
        assert window.notices == []


def test_a_code_action_is_applied(
    tmp_path: Path, browser: Any, code_server: CodeServer, engine: Any
):
    """The pictures of the README are put where FIMLS_SCREENSHOTS says."""
    project = tmp_path / "shapes"
    project.mkdir()
    file = project / "shapes.py"
    file.write_text(CIRCLE, encoding="utf-8")

    with Window.open(browser, code_server, file, engine.url, AS_IT_COMES) as window:
        window.focus()
        window.keys("Control+Home", *["ArrowDown"] * 11, "End")
        window.keys("Home", "Control+.")
        actions = window.page.locator(".action-widget .monaco-list-row.action")
        actions.filter(has_text="Inline `size`").wait_for()
        window.save_picture((SCREENSHOTS or tmp_path) / "code-action.png")
        window.choose_action("Inline `size`")
        window.until(lambda: "        return pi * self.radius**2" in window.text, "the text")
        assert "size" not in window.text
        assert window.notices == []
        window.page.wait_for_timeout(500)
        window.save_picture((SCREENSHOTS or tmp_path) / "code-action-applied.png")
