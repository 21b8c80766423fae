"""Typing as people do, while the engine dies and comes back."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest

from support.fake_sglang import FakeSGLang
from support.neovim import Neovim, Open

pytestmark = pytest.mark.editor

CHARACTERS = 300
A_SECOND = 8
THOUGHT_S = 0.5
"""Pause after a line; Neovim 0.12 asks for nothing within 0.2 s of a key."""
WORDS = itertools.cycle(
    ["value = f(a, b)  # größe 中文 😀\n", "for x in items:\n", "    y += x[0]\n"]
)


def test_what_is_typed_is_what_stands_there(neovim: Open, file: Path, tokenizer_folder: Path):
    file.write_text("\n", encoding="utf-8")
    text = "".join(itertools.chain.from_iterable(itertools.islice(WORDS, CHARACTERS)))[:CHARACTERS]
    engine = FakeSGLang(script=[0.02, "lu", 0.02, "e = 1"], model_path=str(tokenizer_folder))
    with engine:
        url = engine.url

    with neovim(file, url) as editor:
        editor.lua("vim.bo.autoindent = false; vim.bo.indentexpr = ''")
        editor.keys("i")
        with engine:
            seen = type_(editor, text[:120])
        away = type_(editor, text[120:180])
        said = editor.messages
        with engine:
            again = type_(editor, text[180:])
            assert editor.text == text
            assert seen > 0
            assert again > 0
            assert away <= 1  # what had come before
            assert said.count("\n") == 0
            assert editor.messages == said
            assert "rror" not in said

            editor.keys("v")  # and completions are as they were
            editor.until(lambda: editor.ghost == "lue = 1", "ghost text")
            editor.keys("<Tab>")
            editor.until(lambda: editor.text == text + "vlue = 1", "the text")
            editor.keys("<Esc>u")
            editor.until(lambda: "vlue = 1" not in editor.text[len(text) :], "it is undone")


def type_(editor: Neovim, text: str) -> int:
    """Type at the pace of a person; returns how many keys came upon ghost text."""
    seen = 0
    start = time.monotonic()
    for i, key in enumerate(text):
        thoughts = text.count("\n", 0, i) * THOUGHT_S
        time.sleep(max(0.0, start + i / A_SECOND + thoughts - time.monotonic()))
        seen += bool(editor.ghost)
        editor.keys({"\n": "<CR>", "<": "<lt>"}.get(key, key))
        assert not editor.api.api.get_mode()["blocking"]  # nothing asks to press Enter
    return seen
