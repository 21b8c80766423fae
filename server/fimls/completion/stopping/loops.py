"""Loops: what a model writes when it no longer knows what to write."""

from __future__ import annotations

from collections.abc import Sequence

TIMES = 3
"""So often the same line, or the same few lines, make a loop."""
LONGEST_LOOP = 4
STEP, LEAST = 32, 64
"""Characters between two looks at a line, and what a loop inside a line covers at least."""
COPIES = 4


def looping_lines(lines: Sequence[str]) -> int | None:
    """Return how many lines at the end only repeat what stands before them, or None.

    Lines without a letter or digit do not count: brackets close one after the other.
    """
    for size in range(1, LONGEST_LOOP + 1):
        block = [line.strip() for line in lines[-size:]]
        if len(lines) < size * TIMES or not any(map(_says_something, block)):
            continue
        copies = (lines[len(lines) - size * n :][:size] for n in range(2, TIMES + 1))
        if all([line.strip() for line in copy] == block for copy in copies):
            return size * (TIMES - 1)
    return None


def looping_characters(line: str) -> tuple[int, int] | None:
    """Return the first place where a line is seen to loop, and where the second copy begins.

    The place depends only on the characters before it, so that it does not matter in which
    pieces a line arrives.
    """
    for place in range(LEAST, len(line) + 1, STEP):
        head = line[:place]
        for size in range(1, LEAST // COPIES + 1):
            unit = head[-size:]
            if not _says_something(unit):
                continue  # a ruler of dashes
            copies = LEAST // size
            if head.endswith(unit * copies):
                start = place - size * copies
                while start and head[start - 1] == head[start - 1 + size]:
                    start -= 1
                return place, start + size
    return None


def _says_something(text: str) -> bool:
    return any(map(str.isalnum, text))
