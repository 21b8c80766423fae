"""A model that goes round in circles: what it says again is taken away."""

from __future__ import annotations

from fimls.completion.filters.bracket_balance import Balance
from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.filters.line_similarity import weight
from fimls.completion.surroundings import Surroundings
from fimls.syntax import PROSE

LONGEST_BLOCK = 8
"""Lines of the longest block whose repetition is looked for."""

LEAST_ROUNDS = 3
"""So often a block of lines stands in a row before it is a loop."""

LEAST_WEIGHT = 8
"""Letters and digits that a repeated block has at least: rows of numbers are data."""

LONGEST_PIECE = 80
"""Characters of the longest piece of a line whose repetition is looked for."""

SHORT_PIECE, LONG_PIECE = 3, 10
"""From how many characters on a piece may say something, and from how many on it does."""

ROUNDS_OF_DATA, ROUNDS_OF_MARKS = 20, 8
"""So often a piece without letters stands in a row before it is a loop: numbers, and marks."""

_RULER = frozenset("-=*#~_+.^/ \u2500\u2550")


def repetition(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Cut after the first round of a loop that goes on to the end of the text."""
    text = suggestion.text.rstrip()
    indent = "" if around.before.strip() else around.before
    cut = _first_round_of_lines(text, indent)
    if cut is None:
        cut = _first_round_in_line(text, around)
    if cut is None:
        return suggestion
    shorter = suggestion.cut(cut)
    balance = Balance(around)
    return shorter if balance.faults(shorter) <= balance.faults(suggestion) else suggestion


def _first_round_of_lines(text: str, indent: str) -> int | None:
    """Return the length of the text up to the second round of a loop of whole lines."""
    lines = (indent + text).split("\n")
    for block in range(1, min(LONGEST_BLOCK, len(lines) // LEAST_ROUNDS) + 1):
        # From the end upwards, every line is the one a block below it; the last may be unfinished.
        start = len(lines) - 1 - block
        if start < 0 or not lines[start].startswith(lines[-1]):
            continue
        while start > 0 and lines[start - 1] == lines[start - 1 + block]:
            start -= 1
        rounds = (len(lines) - start) // block
        telling = weight("".join(lines[start : start + block]))
        if rounds >= LEAST_ROUNDS and telling >= LEAST_WEIGHT and _has_letters(lines[start]):
            return len("\n".join(lines[: start + block])) - len(indent)
    return None


def _first_round_in_line(text: str, around: Surroundings) -> int | None:
    """Return the length of the text up to the second round of a loop within its last line.

    A loop goes on to the very end, for it never ends by itself; its last round may be unfinished.
    """
    start = text.rfind("\n") + 1
    line = text[start:]
    for piece in range(1, min(LONGEST_PIECE, len(line) // 2) + 1):
        first = len(line) - piece
        while first > 0 and line[first - 1] == line[first - 1 + piece]:
            first -= 1
        rounds, unit = (len(line) - first) // piece, line[first : first + piece]
        if rounds < _least_rounds(unit) or _is_drawn(unit, text[: start + first], around):
            continue
        if piece < SHORT_PIECE:
            return start + first
        return start + len(line[: first + piece].rstrip())
    return None


def _least_rounds(unit: str) -> int:
    """Return how often a piece of a line must stand in a row before it is a loop."""
    if _has_letters(unit):
        return 12 if len(unit) < SHORT_PIECE else 7 if len(unit) < LONG_PIECE else 4
    return ROUNDS_OF_DATA if any(map(str.isdigit, unit)) else ROUNDS_OF_MARKS


def _is_drawn(unit: str, head: str, around: Surroundings) -> bool:
    """Whether a row of one mark draws a line, or a row of data is like the one above."""
    above = around.above[-1] if around.above else ""
    if not _has_letters(unit) and ROUNDS_OF_MARKS * unit in above:
        return True
    if not set(unit) <= _RULER:
        return False
    balance = Balance(around)
    line = (around.before + head + 3 * unit).rpartition("\n")[2].lstrip()
    begun = bool(balance.within(head).inside) or line.startswith(("*", *balance.marks.line))
    return begun or around.language_id in PROSE or not around.language_id


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)
