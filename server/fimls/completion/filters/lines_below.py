"""A suggestion that runs into the lines below the cursor ends where they begin."""

from __future__ import annotations

from dataclasses import replace

from fimls.completion.filters.bracket_balance import Balance
from fimls.completion.filters.filter_input import NOTHING, Suggestion
from fimls.completion.filters.line_similarity import last_lines, nearly, next_lines, same, weight
from fimls.completion.surroundings import Surroundings

MOST_LINES = 10
"""Lines below the cursor that are compared."""

LEAST_WEIGHT = 10
"""Letters and digits that lines have which end the suggestion as they end the comparison."""

LEAST_WEIGHT_UNFINISHED = 8
"""The same for a last line that is only the beginning of the one below the cursor."""

LEAST_WEIGHT_ASTRAY = 60
"""The same for lines after which the suggestion goes on with something else."""

LEAST_LINES_ASTRAY = 4
"""And how many lines they are."""


def lines_below(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Cut at the first line from which on the suggestion repeats what follows the cursor."""
    below = next_lines(around, MOST_LINES)
    lines = (around.before + suggestion.text).split("\n")
    if not below:
        return suggestion
    above, rest = last_lines(around, 1), around.after[suggestion.replaces :].strip()
    for start, line in enumerate(lines):
        if start == 0 and (rest or around.begun(line)):
            continue  # that line is not finished by the suggestion, or is meant to be the same
        unfinished_too = start > 0 and not rest
        if not line.strip() or not _repeats(lines[start:], below, unfinished_too=unfinished_too):
            continue
        before = [line for line in above + lines[:start] if line.strip()]
        if before and same(before[-1], line):
            return suggestion  # a row of equal lines: the one below is the next of them
        shorter = suggestion.keep_lines(start) if start else NOTHING
        if not shorter.text or _matches_as_well(shorter, suggestion, around):
            return shorter
    return suggestion


def _matches_as_well(shorter: Suggestion, longer: Suggestion, around: Surroundings) -> bool:
    """Whether no block stays open that the lines taken away would have closed."""
    balance = Balance(around)
    # The rest of the line is left out: it stands elsewhere in both, perhaps in a comment.
    rest = len(around.after)
    return balance.faults(replace(shorter, replaces=rest)) <= balance.faults(
        replace(longer, replaces=rest)
    )


def _is_beginning(line: str, whole: str) -> bool:
    return weight(line) >= LEAST_WEIGHT_UNFINISHED and whole.startswith(line)


def _repeats(lines: list[str], below: list[str], *, unfinished_too: bool) -> bool:
    """Whether lines are those below the cursor, with more to it than a short line or a bracket."""
    lines = [line for line in lines if line.strip()]
    if not same(lines[0], below[0]):
        return unfinished_too and len(lines) == 1 and _is_beginning(lines[0], below[0])
    equal = like = said = 0
    for line, next_line in zip(lines, below, strict=False):
        unfinished = like + 1 == len(lines) and like and next_line.startswith(line)
        if same(line, next_line) or unfinished:
            equal += 1
        elif not nearly(line, next_line):
            break
        like += 1
        said += weight(line)
    if like > equal and (like < LEAST_LINES_ASTRAY or 3 * equal < 2 * like):
        return False
    if like == len(lines) or like == len(below) == MOST_LINES:
        return said >= LEAST_WEIGHT
    return like >= LEAST_LINES_ASTRAY and said >= LEAST_WEIGHT_ASTRAY
