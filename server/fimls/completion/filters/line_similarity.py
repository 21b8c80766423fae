"""When two lines of code are the same to their reader."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fimls.completion.surroundings import Surroundings

MOST_DIFFERENT = 10
"""One character in so many may differ between lines that are nearly the same."""

LONGEST_LINE = 300
"""Characters of the longest line of which it is told whether another is nearly the same."""

_WORDS = re.compile(r"\w")
_NUMBERS = re.compile(r"\d+")
_BLANKS = re.compile(r"\s+")
_IMPORT = re.compile(r"\s*(?:import|from|use|using|include|#include|require|package)\b")


def indent_of(line: str) -> str:
    """Return the blanks that a line begins with."""
    return line[: len(line) - len(line.lstrip())]


def squeeze(line: str) -> str:
    """Return a line without blanks, with one kind of quotes and without an end mark."""
    return _BLANKS.sub("", line).replace("'", '"').rstrip(",;") or line.strip()


def same(one: str, other: str) -> bool:
    """Whether two lines stand in the same column and say the same, save for blanks and quotes."""
    # Columns, not characters: a model that mixes tabs and blanks still repeats the line.
    return squeeze(one) == squeeze(other) and (
        indent_of(one) == indent_of(other)
        or indent_of(one).expandtabs(4) == indent_of(other).expandtabs(4)
    )


def nearly(one: str, other: str) -> bool:
    """Whether two lines differ in few characters, wherever they stand."""
    one, other = squeeze(one), squeeze(other)
    if one == other:
        return True
    if _NUMBERS.findall(one) != _NUMBERS.findall(other):
        return False  # the next case of a test, or the next row of a table
    # Lines that are nearly the same have an end of some length in common: others are told fast.
    length = max(len(one), len(other))
    part = length // 4
    if part == 0 or (one[:part] != other[:part] and one[-part:] != other[-part:]):
        return False
    return _distance_within(one, other, length // MOST_DIFFERENT)


def weight(line: str) -> int:
    """Return how much a line says: its letters and digits. Closing brackets say nothing."""
    return len(_WORDS.findall(line))


def is_import(line: str) -> bool:
    """Whether a line only names another module: files of one project share such lines."""
    return _IMPORT.match(line) is not None


def next_lines(around: Surroundings, most: int) -> list[str]:
    """Return the first lines below the cursor's that are not blank."""
    return [line for line in around.below[: 2 * most] if line.strip()][:most]


def last_lines(around: Surroundings, most: int) -> list[str]:
    """Return the last lines above the cursor's that are not blank, in their order."""
    return [line for line in around.above[-2 * most :] if line.strip()][-most:]


def common_start(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many lines two texts have in common at their start, by `same`."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if not same(a, b):
            break
        count += 1
    return count


def _distance_within(one: str, other: str, most: int) -> bool:
    """Whether so many insertions, deletions and exchanges of characters make one the other."""
    if abs(len(one) - len(other)) > most or len(one) > LONGEST_LINE:
        return False
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row = row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (a != b)))
        if min(row) > most:
            return False
    return row[-1] <= most
