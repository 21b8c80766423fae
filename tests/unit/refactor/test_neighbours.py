from __future__ import annotations

import pytest

from fimls.refactor import Target
from fimls.refactor.answer_parsing.repeated_neighbours import without_neighbours
from support.selecting import select

BODY = "import os\n\n\ndef area(a, b):\n    # the size\n    <[return a * b]>\n"


@pytest.mark.parametrize(
    ("marked", "code", "left"),
    [
        (BODY, "    return b * a\n", "    return b * a\n"),
        (BODY, "    # the size\n    return b * a\n", "    return b * a\n"),
        (BODY, "def area(a, b):\n    # the size\n    return b * a\n", "    return b * a\n"),
        (BODY, "def area(b, a):\n    # the size\n    return b * a\n", None),
        (BODY, "def area(a, b):\n    # the size", None),
        ("x += 1\n<[x += 1]>\n", "x += 1\nx += 2\n", None),
        ("<[a = 1]>\n", "a = 2\n", None),
    ],
)
def test_what_stands_before_the_part_is_taken_off(marked: str, code: str, left: str | None):
    selection = select(marked)
    target = Target(start=selection.start, end=selection.end, title="Do")
    assert without_neighbours(code, selection, target) == (code if left is None else left)
