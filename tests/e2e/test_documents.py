"""A document edited over the wire stays the editor's, byte for byte, up to the engine's prompt."""

from __future__ import annotations

import random

import pytest
from lsprotocol import types

from fimls.text import Point, Text
from support.clients import Editor, OpenDocument, editor_fixture, options
from support.fake_sglang import FakeSGLang
from support.naive import Naive
from support.prompts import PromptReader
from support.tokenizers import FIM_HOLE

pytestmark = pytest.mark.asyncio(loop_scope="module")

EDITS = 500
CHECK_EVERY = 10
WHOLE = {"prefix_tokens": 90_000, "suffix_tokens": 90_000}
OPENED = f"hole = '{FIM_HOLE}'\r\n\x0c# 😀 form feed\nold = 'mac'\rend\r\n"
PIECES = [
    *[
        "\n",
        "\r\n",
        "\r",
        "\x0c",
        "\x0b",
        "\x85",
        "\u2028",
        "é",
        "中",
        "😀",
        "👩‍👩‍👧",
        "\ufeff",
        "\t",
    ],
    *[FIM_HOLE, "<｜begin▁of▁sentence｜>", "def f(x):", "    return x", "word", " ", "'"],
]

editor = editor_fixture(lambda url: options(url, prompt=WHOLE))


async def test_five_hundred_random_edits(
    editor: Editor, sglang: FakeSGLang, prompt_reader: PromptReader
):
    dice = random.Random(f"edits in {editor.encoding}")
    document = OpenDocument(editor, Text.parse(OPENED))
    truth = OPENED
    for number in range(1, EDITS + 1):
        naive = Naive(truth)
        low, high = sorted(dice.choices(range(len(truth) + 1), k=2))
        # Small edits, so that the document grows and what was typed is edited again.
        high = min(high, low + dice.randrange(6))
        low, high = naive.before_terminator(low), naive.before_terminator(high)
        new = "".join(dice.choices(PIECES, k=3))
        start, end = (
            types.Position(*naive.position(offset, editor.encoding)) for offset in (low, high)
        )
        document.send(types.TextDocumentContentChangePartial(types.Range(start, end), new))
        truth = truth[:low] + new + truth[high:]
        if number % CHECK_EVERY == 0:
            document.text = Text.parse(truth)
            await document.complete(some_point(dice, document.text))
            read = prompt_reader.document(sglang.requests[-1]["input_ids"])
            assert read.encode() == truth.encode()
    assert len(sglang.requests) == EDITS // CHECK_EVERY
    assert FIM_HOLE in truth


def some_point(dice: random.Random, text: Text) -> Point:
    line = dice.randrange(len(text.lines))
    return Point(line, dice.randrange(len(text.line(line)) + 1))
