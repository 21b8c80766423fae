"""A proposal that says what the lines above the cursor just said says nothing."""

from __future__ import annotations

from fimls.completion.filters.likeness import common_start, last_lines, nearly, weight
from fimls.completion.filters.proposal import NOTHING, Proposal
from fimls.completion.surroundings import Surroundings

MOST_LINES = 12
"""Lines above the cursor that are compared."""

LEAST_WEIGHT = 10
"""Letters and digits of a line that is not repeated by chance."""


def lines_above(proposal: Proposal, around: Surroundings) -> Proposal:
    """Drop a proposal that repeats the line above, or begins with the last lines above."""
    above = last_lines(around, MOST_LINES)
    if not above or around.after.strip():
        return proposal
    lines = [line for line in (around.before + proposal.text).split("\n") if line.strip()]
    repeats = _repeats_one(lines, above) if len(lines) == 1 else _begins_anew(lines, above)
    return NOTHING if repeats else proposal


def _repeats_one(lines: list[str], above: list[str]) -> bool:
    """Whether the only line is the one above; rows of data and a row of equal lines may go on."""
    line = lines[0]
    return (
        weight(line) >= LEAST_WEIGHT
        and not line.rstrip().endswith((",", "[", "(", "{"))
        and common_start(lines, above[-1:]) == 1
        and above[-2:-1] != above[-1:]
    )


def _begins_anew(lines: list[str], above: list[str]) -> bool:
    """Whether two or more lines at the start are the last ones above, three also if nearly so."""
    for count in range(2, min(len(lines), len(above)) + 1):
        first, last = lines[:count], above[-count:]
        if sum(map(weight, last)) < 2 * LEAST_WEIGHT:
            continue
        same_lines = sum(a.strip() == b.strip() for a, b in zip(first, last, strict=True))
        if same_lines == count:
            return True
        if 3 <= count == len(lines) == same_lines + 1:
            return all(nearly(a, b) for a, b in zip(first, last, strict=True))
    return False
