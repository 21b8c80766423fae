"""Typing in VS Code as people do, while the engine dies and comes back."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.vscode import Window

from .conftest import OpenWindow

pytestmark = pytest.mark.editor

CHARACTERS = 300
A_SECOND = 8
WORDS = itertools.cycle(
    ["value = f(a, b)  # größe 中文 😀\n", "for x in items:\n", "    y += x[0]\n"]
)
PLAIN = {
    "editor.autoClosingBrackets": "never",
    "editor.autoClosingQuotes": "never",
    "editor.autoIndent": "none",
    "editor.quickSuggestions": "off",
    "editor.suggestOnTriggerCharacters": False,
}
"""Settings of an editor that inserts nothing of its own."""


def test_what_is_typed_is_what_stands_there(vscode: OpenWindow, file: Path, tokenizer_folder: Path):
    file.write_text("", encoding="utf-8")
    text = "".join(itertools.chain.from_iterable(itertools.islice(WORDS, CHARACTERS)))[:CHARACTERS]
    engine = FakeSGLang(script=[0.02, "lu", 0.02, "e = 1"], model_path=str(tokenizer_folder))
    with engine:
        url = engine.url

    with vscode(file, url, PLAIN, ready="engine down") as window:
        window.focus()
        with engine:
            seen = type_(window, text[:120])
        away = type_(window, text[120:180])
        assert window.state == "engine down"
        with engine:
            again = type_(window, text[180:])
            window.until(lambda: window.text == text, "the text is saved")
            assert seen > 0
            assert again > 0
            assert away <= 1  # what had come before
            assert window.notices == []

            window.type("v")  # and completions are as they were
            window.until(lambda: window.ghost == "lue = 1", "ghost text")
            window.keys("Tab")
            window.until(lambda: window.text == text + "vlue = 1", "the text")


def type_(window: Window, text: str) -> int:
    """Type at the pace of a person; returns how many keys came upon ghost text."""
    seen = 0
    start = time.monotonic()
    for i, key in enumerate(text):
        pause_s = start + i / A_SECOND - time.monotonic()
        if pause_s > 0:
            window.page.wait_for_timeout(pause_s * 1e3)
        seen += bool(window.ghost)
        if key == "\n":
            window.keys("Enter")
        else:
            window.type(key)
        assert window.notices == []
    return seen
