"""Cutting a file into the windows that are found, and ranking those of files in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

MOST_LINES = 20
"""Of a window."""

_FEWEST = 8
"""Lines of a window that may end at a blank line before it is full."""

LONGEST_LINE = 300
"""Characters that are read of a line: the rest was hardly written by hand."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines from `first` up to, not including, `end`."""

    first: int
    end: int


def cut(lines: Sequence[str]) -> Iterator[Lines]:
    """Yield the windows of a file, one behind the other; blank lines end one where they can."""
    first, size = 0, len(lines)
    while first < size:
        while first < size and not lines[first].strip():
            first += 1
        end = min(first + MOST_LINES, size)
        for place in range(end - 1, first + _FEWEST, -1):
            if end < size and not lines[place].strip():
                end = place
                break
        if first < end:
            yield Lines(first, end)
        first = end


def share(query: dict[str, float], found: Callable[[str], bool]) -> float:
    """Return how much of a query's weight a window has, from 0 to 1."""
    whole = sum(query.values())
    if not whole:
        return 0.0
    return sum(weight for term, weight in query.items() if found(term)) / whole
