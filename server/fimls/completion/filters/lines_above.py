"""A suggestion that says what the lines above the cursor just said says nothing."""

from __future__ import annotations

import re

from fimls.completion.filters.filter_input import NOTHING, Suggestion
from fimls.completion.filters.line_similarity import common_start, last_lines, nearly, weight
from fimls.completion.surroundings import Surroundings

LEAST_SAID = 2
"""Letters and digits of a line, one of two or more, that is not only the end of a block."""

MOST_LINES = 12
"""Lines above the cursor that are compared."""

LEAST_WEIGHT = 10
"""Letters and digits of a line that is not repeated by chance."""

_SAID_ONCE = re.compile(
    r"\s*(?:(?:import|from|use|using|case|return|#include)\b"
    r"|[-\w.'\"$@ ]*\w['\"]?\s*(?:=|:=|:)[^=])"
)
"""What nobody says twice in a row: an assignment, a key with its value, an import, a label."""


def lines_above(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Drop a suggestion that repeats the line above, or begins with the last lines above."""
    above = last_lines(around, MOST_LINES)
    if not above or around.after.strip():
        return suggestion
    lines = [line for line in (around.before + suggestion.text).split("\n") if line.strip()]
    if not lines:
        return suggestion
    repeats = _repeats_one(lines, above) if len(lines) == 1 else _begins_anew(lines, above)
    return NOTHING if repeats else suggestion


def _repeats_one(lines: list[str], above: list[str]) -> bool:
    """Whether the only line is the one above; rows of data and a row of equal lines may go on."""
    line = lines[0]
    if _SAID_ONCE.match(line) and line == above[-1] and above[-2:-1] != above[-1:]:
        return True
    return (
        weight(line) >= LEAST_WEIGHT
        and not line.rstrip().endswith((",", "[", "(", "{"))
        and common_start(lines, above[-1:]) == 1
        and above[-2:-1] != above[-1:]
    )


def _says(line: str) -> bool:
    return any(map(str.isalnum, line)) and weight(line) >= LEAST_SAID


def _begins_anew(lines: list[str], above: list[str]) -> bool:
    """Whether two or more lines at the start are the last ones above, three also if nearly so."""
    if lines[0] == above[-1] and _SAID_ONCE.match(lines[0]) and above[-2:-1] != above[-1:]:
        return True
    for count in range(2, min(len(lines), len(above)) + 1):
        first, last = lines[:count], above[-count:]
        # Several lines of code in the same columns are no chance, however short.
        if first == last and sum(map(_says, last)) >= 2:
            return last[0] != last[-1]
        if sum(map(weight, last)) < 2 * LEAST_WEIGHT:
            continue
        same_lines = sum(a.strip() == b.strip() for a, b in zip(first, last, strict=True))
        if same_lines == count:
            return True
        if 3 <= count == len(lines) == same_lines + 1:
            return all(nearly(a, b) for a, b in zip(first, last, strict=True))
    return False
