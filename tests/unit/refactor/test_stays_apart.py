from __future__ import annotations

import pytest

from fimls.refactor import Change
from fimls.refactor.checks import stays_apart

BEFORE = "def area(a, b):\n    return a * b\n\n\ndef other(c):\n    return c\n"
BODY = (BEFORE.index("return a"), BEFORE.index("return a") + len("return a * b"))


@pytest.mark.parametrize(
    ("new", "complaint"),
    [
        ("return b * a", None),
        ("x = a * b\n    return x", None),
        ("def area(a, b):\n        return b * a", "begins with the line before the part"),
        ("def area(b, a):\n        return b * a", "begins with the line before the part"),
        ("def inner():\n        return b * a\n    return inner()", None),
        ("return b * a\n\n\ndef other(c):", "ends with the line behind the part"),
        ("", None),
    ],
)
def test_what_stands_around_is_not_written_again(new: str, complaint: str | None):
    said = stays_apart(Change.replacing(BEFORE, *BODY, new, language="python"))
    assert (said is None) if complaint is None else (said is not None and complaint in said)


def test_lines_without_words_may_come_again():
    before = "f(\n    a\n)\ng(\n    b\n)\n"
    start = before.index("g(")
    change = Change.replacing(before, start, len(before) - 1, ")", language="python")
    assert stays_apart(change) is None


def test_what_began_that_way_before_may_go_on_so():
    before = "x += 1\nx += 1\nx += 1\n"
    assert stays_apart(Change.replacing(before, 7, 13, "x += 1", language="python")) is None
