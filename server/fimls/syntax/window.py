"""A few lines around a place, that can be parsed by themselves."""

from __future__ import annotations

from collections.abc import Sequence

TAB = 8
"""Columns between tab stops: what matters is only that a tab is deeper than a few blanks."""


def indentation(line: str) -> int:
    """Return the column of a line's first character that is not blank; the line's length if none."""
    blank = line[: len(line) - len(line.lstrip(" \t"))]
    return len(blank.expandtabs(TAB))


def window(lines: Sequence[str], line: int, *, before: int = 300, after: int = 100) -> range:
    """Return the numbers of the lines to parse for what stands at `line`.

    There are at most `before` lines ahead of `line`. If that does not reach the beginning, the
    first one is the least indented of the first two thirds, because a text that begins where a
    definition begins has a tree like the one it has in the whole document.
    """
    last = min(len(lines), line + 1 + max(after, 0))
    first = line - before
    if first <= 0:
        return range(last)
    candidates = [
        number
        for number in range(first, first + max(before * 2 // 3, 1))
        if lines[number].strip() and lines[number].lstrip()[0] not in ")]}#*"
    ]
    first = min(candidates, key=lambda number: indentation(lines[number]), default=first)
    return range(first, last)
