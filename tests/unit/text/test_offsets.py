from __future__ import annotations

import pytest

from fimls.text import Point, Text

TEXT = "ab\r\nc\rdé😀\n\nlast"


@pytest.mark.parametrize("offset", [n for n in range(len(TEXT) + 1) if n != 3])
def test_an_offset_and_its_point_are_the_same_place(offset: int):
    text = Text.parse(TEXT)
    assert text.offset(text.point_at(offset)) == offset


def test_no_point_is_inside_a_terminator_or_outside_the_text():
    text = Text.parse(TEXT)
    assert text.point_at(3) == Point(0, 2)
    assert text.point_at(99) == text.end
