"""Many edits in one message: as if each were made by itself, and in time that grows with them."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.text import Change, Encoding, Text, changed
from support.naive import Naive

PIECES = [
    "\n",
    "\r",
    "\r\n",
    "a",
    "b b",
    "é",
    "中",
    "😀",
    "e\u0301",
    "\ud83d",
    "\ude00",
    "\x0c",
    "",
]
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
places = st.tuples(st.integers(-1, 12), st.integers(-1, 12))
changes = st.lists(st.builds(Change, places, places, texts), min_size=9, max_size=30)


def naively(text: str, edits: list[Change], encoding: Encoding) -> str:
    for start, end, new in edits:
        naive = Naive(text)
        one, other = sorted(naive.offset_of_units(*each, encoding) for each in (start, end))
        text = text[:one] + new + text[other:]
    return text


@given(texts, changes, st.sampled_from(Encoding))
def test_changes_are_made_one_after_the_other(text: str, edits: list[Change], encoding: Encoding):
    assert changed(Text.parse(text), edits, encoding) == Text.parse(naively(text, edits, encoding))


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("seed", range(12))
def test_changes_are_made_in_long_texts_too(encoding: Encoding, seed: int):
    """Long enough that the text is held in many pieces; line ends meet at all of their borders."""
    choose = random.Random(seed)
    some = ["\r", "\n", "\r\n"] if seed % 3 == 0 else [*PIECES, "x" * 300]
    text = "".join(choose.choice(some) for _ in range(choose.choice([30, 3_000, 9_000])))
    edits = list[Change]()
    lines = len(Naive(text).starts)
    for _ in range(60):
        at = choose.randrange(-1, lines + 1)
        start = (at, choose.choice([0, 0, 1, 7, 2_000]))
        far = choose.choice([0, 0, 0, 1, 3, lines // 2])
        new = "".join(choose.choice(some) for _ in range(choose.choice([0, 0, 1, 3, 2_000])))
        edits.append(Change(start, (at + far, choose.choice([0, 1, 9, 5_000])), new))
    assert changed(Text.parse(text), edits, encoding) == Text.parse(naively(text, edits, encoding))


SHAPES = {
    "each in a line of its own": ("x = 1\n", 50_000),
    "in very short lines": ("\n", 1_000_000),
    "in one line": ("x = 1; ", 100_000),
    "in one line of wide characters": ("😀 ", 100_000),
}


@pytest.mark.parametrize("order", ["from above", "from below", "in any order"])
@pytest.mark.parametrize("shape", SHAPES)
def test_replacing_a_name_everywhere_takes_time_that_grows_with_the_changes(shape: str, order: str):
    """Twice the changes may take some more than twice as long, and no change copies the text."""
    part, count = SHAPES[shape]
    text = Text.parse(part * count)

    def took(number: int) -> float:
        lines = len(text.lines)
        step = max(1, lines // number)
        edits = [
            Change((n * step % lines, n % 50 * 20), (n * step % lines, n % 50 * 20 + 1), "yy")
            if lines > 1
            else Change((0, n * 7), (0, n * 7 + 1), "yy")
            for n in range(number)
        ]
        if order == "from below":
            edits.reverse()
        elif order == "in any order":
            random.Random(1).shuffle(edits)
        began = time.thread_time()
        changed(text, edits, Encoding.UTF16)
        return time.thread_time() - began

    few, many = took(1_000), took(8_000)
    assert many < 2.0, f"8,000 changes take {many:.2f} s"
    assert many < 16 * few + 0.2
