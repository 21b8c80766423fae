from __future__ import annotations

import pytest

from fimls.text import Document, Encoding, Point, Text, without_surrogates


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("", [""], id="empty"),
        pytest.param("a", ["a"], id="no final newline"),
        pytest.param("a\n", ["a\n", ""], id="final newline"),
        pytest.param("a\r\nb\rc\n\rd", ["a\r\n", "b\r", "c\n", "\r", "d"], id="every terminator"),
        pytest.param(
            "a\x0cb\x0bc\x1cd\x85e\u2028f\n", ["a\x0cb\x0bc\x1cd\x85e\u2028f\n", ""], id="no others"
        ),
    ],
)
def test_lines_end_where_lsp_says(text: str, lines: list[str]):
    assert Text.parse(text).lines == tuple(lines)


@pytest.mark.parametrize(
    ("line", "units", "encoding", "expected"),
    [
        pytest.param(0, 99, "utf-16", (0, 3), id="beyond the line: before its terminator"),
        pytest.param(9, 9, "utf-16", (2, 0), id="beyond the text: its end"),
        pytest.param(1, 3, "utf-16", (1, 2), id="after an astral character"),
        pytest.param(1, 2, "utf-16", (1, 1), id="inside a surrogate pair: its start"),
        pytest.param(1, 4, "utf-8", (1, 1), id="inside a utf-8 sequence: its start"),
        pytest.param(1, 5, "utf-8", (1, 2), id="after a utf-8 sequence"),
        pytest.param(1, 2, "utf-32", (1, 2), id="code points"),
        pytest.param(-1, 0, "utf-8", (0, 0), id="before the text"),
        pytest.param(0, -1, "utf-8", (0, 0), id="before the line"),
    ],
)
def test_point_of_a_position(line: int, units: int, encoding: str, expected: tuple[int, int]):
    assert Text.parse("abc\r\na😀b\n").point(line, units, Encoding(encoding)) == expected


def test_units_of_a_point():
    text = Text.parse("aé😀|")
    assert [text.units(Point(0, 3), encoding) for encoding in Encoding] == [7, 4, 3]


def test_a_newline_typed_after_a_lone_carriage_return_joins_it():
    assert Text.parse("a\rb").replace(Point(1, 0), Point(1, 0), "\n").lines == ("a\r\n", "b")


def test_only_touched_lines_are_new_objects():
    text = Text.parse("one\ntwo\nthree\nfour\n")
    edited = text.replace(Point(1, 0), Point(2, 2), "TWO\nTH")
    assert str(edited) == "one\nTWO\nTHree\nfour\n"
    assert edited.lines[0] is text.lines[0]
    assert edited.lines[3] is text.lines[3]


def test_documents_never_change():
    first = Document(uri="u", language_id="python", version=1, text=Text.parse("ab"))
    second = first.edit(Text.parse("x\ny"), version=2)
    assert [(d.version, str(d.text)) for d in (first, second)] == [(1, "ab"), (2, "x\ny")]
    assert second.uri == first.uri


def test_surrogates_count_and_leave_as_replacement_characters():
    text = Text.parse("\ud83dx\ud83d\ude00")
    assert [text.units(text.end, encoding) for encoding in Encoding] == [10, 4, 4]
    assert without_surrogates(str(text)) == "�x😀"
