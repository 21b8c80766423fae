"""The window: within its budget, true to the text, and with ends that rarely move."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.context import Budget, CursorWindow, take_window
from fimls.text import Point, Text


def count(text: str) -> int:
    """A toy tokenizer: words, line ends and single other characters."""
    return len(re.findall(r"\w+|\s|[^\w\s]", text))


def window_of(text: str, cursor: Point, prefix: int, suffix: int) -> CursorWindow:
    budget = Budget(prefix_tokens=prefix, suffix_tokens=suffix)
    return take_window(Text.parse(text), cursor, budget, count)


def test_a_short_document_is_taken_whole() -> None:
    window = window_of("a\nb cc\nd", Point(1, 2), 100, 100)

    assert window == CursorWindow(first=0, above=("a\n",), before="b ", rest="cc\n", below=("d",))
    assert (window.prefix, window.suffix) == ("a\nb ", "cc\nd")


def test_a_long_document_is_cut_at_line_starts_and_line_ends() -> None:
    text = "".join(f"line {n}\n" for n in range(100))

    window = window_of(text, Point(50, 4), 60, 30)

    assert window.prefix.startswith("line ")
    assert window.prefix.endswith("\nline")
    assert window.suffix.startswith(" 50\n")
    assert window.suffix.endswith("\n")
    assert count(window.prefix) <= 60
    assert count(window.suffix) <= 30


def test_a_line_longer_than_the_budget_is_cut_between_characters() -> None:
    window = window_of("-" * 50 + "+" * 50, Point(0, 50), 7, 3)

    assert (window.prefix, window.suffix) == ("-" * 7, "+" * 3)


def test_no_budget_means_no_text() -> None:
    window = window_of("a\nb", Point(1, 0), 0, 0)

    assert (window.prefix, window.suffix) == ("", "")


def test_the_start_stays_while_one_types() -> None:
    """A start that moved with every line would cost a full prefill for every line."""
    lines = [f"value_{n} = {n}\n" for n in range(400)]
    starts: set[str] = set()
    for typed in range(40):
        text = "".join(lines[:300]) + "x = 1\n" * typed
        window = window_of(text, Point(300 + typed, 0), 1_000, 100)
        starts.add(window.prefix.split("\n")[0])

    assert len(starts) <= 3


def test_the_end_stays_while_one_types_above_it() -> None:
    below = "".join(f"below {n}\n" for n in range(200))
    ends: set[str] = set()
    for typed in range(40):
        text = "a = 1\n" * (typed + 1) + below
        ends.add(window_of(text, Point(typed, 5), 1_000, 200).suffix)

    assert len(ends) == 1


@pytest.mark.parametrize(
    ("asked", "room", "expected"),
    [((100, 50), 200, (100, 50)), ((100, 50), 75, (50, 25)), ((100, 50), -3, (0, 0))],
    ids=["fits", "scaled-in-proportion", "no-room"],
)
def test_a_budget_is_fitted_into_the_context(
    asked: tuple[int, int], room: int, expected: tuple[int, int]
) -> None:
    budget = Budget(prefix_tokens=asked[0], suffix_tokens=asked[1]).within(room)

    assert (budget.prefix_tokens, budget.suffix_tokens) == expected


texts = st.text(st.sampled_from("ab_ \n\r\f+é😀("), max_size=200)


@given(texts, st.data(), st.integers(0, 40), st.integers(0, 40))
def test_window_is_the_text_around_the_cursor_within_budget(
    raw: str, data: st.DataObject, prefix: int, suffix: int
) -> None:
    text = Text.parse(raw)
    line = data.draw(st.integers(0, len(text.lines) - 1))
    cursor = Point(line, data.draw(st.integers(0, len(text.line(line)))))

    window = take_window(text, cursor, Budget(prefix_tokens=prefix, suffix_tokens=suffix), count)

    assert text.slice(Point(0, 0), cursor).endswith(window.prefix)
    assert text.slice(cursor, text.end).startswith(window.suffix)
    assert count(window.prefix) <= prefix
    assert count(window.suffix) <= suffix


def test_a_line_of_megabytes_is_not_read_to_find_that_it_does_not_fit() -> None:
    read = 0

    def counting(text: str) -> int:
        nonlocal read
        read += len(text)
        return len(text) // 4

    huge = "x" * 4_000_000
    text = Text.parse(f"{huge}\na = 1\n{huge}")
    budget = Budget(prefix_tokens=100, suffix_tokens=50)
    window = take_window(text, Point(1, 3), budget, counting)
    assert (window.prefix, window.suffix) == ("a =", " 1\n")
    window = take_window(text, Point(0, 2_000_000), budget, counting)
    assert (len(window.prefix), len(window.suffix)) == (403, 203)
    assert read < 1_000_000


def test_a_long_line_of_what_makes_few_tokens_is_not_counted():
    """A token can be a hundred blanks: that a beginning fits says nothing of the rest."""
    counted: list[int] = []

    def count(text: str) -> int:
        counted.append(len(text))
        return -(-len(text) // 128)

    text = Text.parse("above\n" + " " * 3_900_000 + "\nx\n" + " " * 3_900_000 + "\ny")
    budget = Budget(prefix_tokens=2_048, suffix_tokens=1_024)
    window = take_window(text, Point(2, 1), budget, count)
    assert (window.above, window.before, window.rest, window.below) == ((), "x", "\n", ())
    assert max(counted) < 100_000
