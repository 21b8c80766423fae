"""`fimls.text` against a naive model: one string, searched from its start for every question."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fimls.text import Document, Encoding, Point, Text, without_surrogates
from support.naive import Naive

# Everything that has ever broken a position: all line ends, what only looks like one, all widths,
# combining and joining characters, the byte order mark, lone surrogates, special tokens.
PIECES = [
    *[
        "\n",
        "\r",
        "\r\n",
        "\n\r",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x1d",
        "\x1e",
        "\x85",
        "\u2028",
        "\u2029",
    ],
    *[
        "",
        "a",
        "b ",
        "\t",
        "\0",
        "é",
        "e\u0301",
        "ß",
        "中",
        "｜",
        "😀",
        "👩‍👩‍👧",
        "\ufeff",
        "\U0010ffff",
    ],
    *["\ud83d", "\ude00", "<｜fim▁hole｜>", "<｜begin▁of▁sentence｜>"],
]
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=12).map("".join)
numbers = st.integers(min_value=-1, max_value=20)
encodings = st.sampled_from(Encoding)


@given(texts)
def test_a_text_is_its_lines(text: str):
    parsed = Text.parse(text)
    assert str(parsed) == text
    assert len(parsed.lines) == len(Naive(text).starts)
    assert all(re.fullmatch("[^\r\n]*(\r\n|\r|\n)", line) for line in parsed.lines[:-1])
    assert not re.search("[\r\n]", parsed.lines[-1])
    assert [parsed.line(n) for n in range(len(parsed.lines))] == re.split("\r\n|\r|\n", text)


@given(texts, numbers, numbers, encodings)
@example("# 😀😀\n", 1, 0, Encoding.UTF16)
@example("😀", 0, 1, Encoding.UTF16)
@example("é", 0, 1, Encoding.UTF8)
def test_positions_mean_what_lsp_says(text: str, line: int, units: int, encoding: Encoding):
    point = Text.parse(text).point(line, units, encoding)
    naive = Naive(text)
    assert naive.offset(*point) == naive.offset_of_units(line, units, encoding)
    assert Text.parse(text).clamp(point) == point


@given(texts, numbers, numbers, encodings)
def test_points_survive_the_way_to_the_editor_and_back(
    text: str, line: int, column: int, encoding: Encoding
):
    parsed = Text.parse(text)
    point = parsed.clamp(Point(line, column))
    assert parsed.point(point.line, parsed.units(point, encoding), encoding) == point


@given(texts, numbers, numbers, numbers, numbers)
def test_slices_are_substrings(text: str, line: int, column: int, line2: int, column2: int):
    start, end = Point(line, column), Point(line2, column2)
    naive = Naive(text)
    assert Text.parse(text).slice(start, end) == text[naive.offset(*start) : naive.offset(*end)]


@given(texts, numbers, numbers, numbers, numbers, texts)
@example("a\rb\n", 1, 0, 1, 1, "")
@example("a\r", 1, 0, 1, 0, "\n")
@example("a\r\nb", 0, 1, 1, 0, "\r")
@example("\n\n", 1, 0, 1, 0, "\r")
def test_an_edit_is_parsing_the_edited_text(
    text: str, line: int, column: int, line2: int, column2: int, new: str
):
    start, end = Point(line, column), Point(line2, column2)
    low, high = sorted((Naive(text).offset(*start), Naive(text).offset(*end)))
    edited = Text.parse(text).replace(start, end, new)
    assert edited == Text.parse(text[:low] + new + text[high:])


@given(texts)
def test_text_without_surrogates_can_be_encoded_and_is_otherwise_the_same(text: str):
    clean = without_surrogates(text)
    assert clean.encode("utf-8").decode("utf-8") == clean
    if not re.search("[\ud800-\udfff]", text):
        assert clean == text


@pytest.mark.parametrize("encoding", list(Encoding))
def test_five_hundred_edits_leave_the_text_the_editor_has(encoding: Encoding):
    dice = random.Random(f"edits {encoding}")
    truth = "x = '<｜fim▁hole｜>'\r\n\x0c# 😀\rend\n"
    document = Document(uri="u", language_id="python", version=0, text=Text.parse(truth))
    for version in range(1, 501):
        naive = Naive(truth)
        low, high = sorted(dice.choices(range(len(truth) + 1), k=2))
        high = min(high, low + dice.randrange(6))  # small next to the document
        # An editor has no position between \r and \n.
        low, high = naive.before_terminator(low), naive.before_terminator(high)
        new = "".join(dice.choices(PIECES, k=dice.randrange(5)))

        positions = [naive.position(offset, encoding) for offset in (low, high)]
        start, end = (document.text.point(*position, encoding) for position in positions)
        document = document.edit(document.text.replace(start, end, new), version=version)
        truth = truth[:low] + new + truth[high:]

        assert str(document.text) == truth
        assert document.text == Text.parse(truth)
    assert document.version == 500
    assert len(truth) > 100
