"""Long verbatim copies of other open files are not written for the user: their licence may bind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.filters.line_similarity import is_import, weight
from fimls.completion.surroundings import Surroundings
from fimls.text import Document

LEAST_LINES = 6
"""So many lines in a row, of those that say something, make a copy."""

LEAST_WEIGHT = 150
"""Letters and digits that a copy has at least."""

MOST_READ = 1_000_000
"""Characters of other files that are searched."""

MOST_PLACES = 20
"""Places of one line in another file that are looked at."""


def copies(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Cut where a long copy of another open file begins."""
    lines = suggestion.text.split("\n")
    telling = [number for number, line in enumerate(lines) if _tells(line)]
    if len(telling) < LEAST_LINES or not around.others:
        return suggestion
    start = min(_starts(lines, telling, around.others), default=None)
    return suggestion if start is None else suggestion.keep_lines(start)


def _tells(line: str) -> bool:
    return weight(line) >= 6 and not is_import(line)


def _starts(lines: list[str], telling: list[int], others: Sequence[Document]) -> Iterator[int]:
    """Yield the first lines of copies.

    A copy of enough lines has one of every sixth telling line, so only those are searched for.
    """
    left = MOST_READ
    for other in others:
        text = str(other.text)[:left]
        left -= len(text)
        for anchor in telling[LEAST_LINES - 1 :: LEAST_LINES]:
            for above, below in _places(text, lines[anchor].strip()):
                first = anchor - _common(lines[:anchor][::-1], above)
                last = anchor + _common(lines[anchor + 1 :], below)
                copied = [line for line in lines[first : last + 1] if _tells(line)]
                if len(copied) >= LEAST_LINES and sum(map(weight, copied)) >= LEAST_WEIGHT:
                    yield first
        if left <= 0:
            return


def _places(text: str, line: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the lines around each place where a line stands: those above upwards, those below."""
    at = -1
    for _ in range(MOST_PLACES):
        at = text.find(line, at + 1)
        if at < 0:
            return
        above = text[max(0, at - 4_000) : at].split("\n")[:-1][::-1]
        below = text[at + len(line) : at + 4_000].split("\n")[1:]
        yield above, below


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a.strip() != b.strip():
            break
        count += 1
    return count
