"""The text around the cursor that fits a budget of tokens, with ends that rarely move.

A radix cache matches from the first token on, so a window that slides with the cursor would make
the engine read everything again at each key. The start therefore stands at a line number that is a
multiple of a coarse step, and the end at such a number counted from the document's last line: both
stay where they are while text is typed between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fimls.text import Point, Text

Count = Callable[[str], int]
"""Number of tokens of a text, by the served model's tokenizer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Upper bounds, in tokens of the served model."""

    prefix_tokens: int
    suffix_tokens: int

    def within(self, room: int) -> Budget:
        """Return this budget, scaled down in proportion where both together exceed `room`."""
        total = self.prefix_tokens + self.suffix_tokens
        if total <= room:
            return self
        room = max(0, room)
        prefix = self.prefix_tokens * room // total
        return Budget(prefix_tokens=prefix, suffix_tokens=room - prefix)


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorWindow:
    """The text directly around the cursor, line by line.

    Attributes:
        first: number of the first line in `above`.
        above: whole lines before the cursor's.
        before: the cursor's line up to the cursor.
        rest: the cursor's line after the cursor.
        below: whole lines after the cursor's.
    """

    first: int
    above: tuple[str, ...]
    before: str
    rest: str
    below: tuple[str, ...]

    @property
    def prefix(self) -> str:
        """All text before the cursor."""
        return "".join(self.above) + self.before

    @property
    def suffix(self) -> str:
        """All text after the cursor."""
        return self.rest + "".join(self.below)


_LONG = 8_192
"""Characters of a line that is not read as a whole before it is clear that it may fit."""

_MOST_OF_A_TOKEN = 16
"""Characters that a long line has for each token, at most. Code has four. Blanks have a hundred,
and to count megabytes of them takes a tokenizer ten seconds."""


def take_window(text: Text, cursor: Point, budget: Budget, count: Count) -> CursorWindow:
    """Return the window around the cursor; neither half exceeds its budget.

    Whole lines are taken as long as they fit; where not even the cursor's own line fits, it is
    cut between two characters.
    """
    line = text.lines[cursor.line]
    before = _cut(line[: cursor.column], budget.prefix_tokens, count, keep_end=True)
    rest = _cut(line[cursor.column :], budget.suffix_tokens, count, keep_end=False)
    below_lines = text.lines[cursor.line + 1 :]
    above = below = 0
    if len(before) == cursor.column:
        room = budget.prefix_tokens - count(before)
        above = _fitting(reversed(text.lines[: cursor.line]), room, count)
    if len(rest) == len(line) - cursor.column:
        below = _fitting(below_lines, budget.suffix_tokens - count(rest), count)
    start = _anchor(cursor.line - above, cursor.line)
    end = len(below_lines) - _anchor(len(below_lines) - below, len(below_lines))
    # Tokens of joined lines are not exactly the sum of the lines' tokens: check the whole.
    while start < cursor.line and count("".join((*text.lines[start : cursor.line], before))) > (
        budget.prefix_tokens
    ):
        start += 1
    while end and count("".join((rest, *below_lines[:end]))) > budget.suffix_tokens:
        end -= 1
    return CursorWindow(
        first=start,
        above=text.lines[start : cursor.line],
        before=before,
        rest=rest,
        below=below_lines[:end],
    )


def count_within(line: str, room: int, count: Count) -> int:
    """Return the tokens of a line, or if they are more than `room` only something beyond that.

    Lines of megabytes are not read for it.
    """
    if len(line) > _LONG and (len(line) > _MOST_OF_A_TOKEN * room or count(line[:_LONG]) > room):
        return room + 1
    return count(line)


def _fitting(lines: Iterable[str], room: int, count: Count) -> int:
    """Return how many of the lines, from the first on, fit into `room` tokens."""
    taken = 0
    for line in lines:
        room -= count_within(line, room, count)
        if room < 0:
            break
        taken += 1
    return taken


def _anchor(first: int, end: int) -> int:
    """Return the first multiple of a coarse step at or after line `first`, below `end`.

    The step is the largest power of two up to a quarter of the lines that fit: coarse enough to
    stay while one types, fine enough to use three quarters of the budget or more.
    """
    if first == 0:
        return 0
    step = 1 << max(0, ((end - first) // 4).bit_length() - 1)
    return -(-first // step) * step


def _cut(text: str, limit: int, count: Count, *, keep_end: bool) -> str:
    """Return the longest end (or beginning) of text within `limit` tokens.

    It is looked for from short to long: what is far beyond the limit is never read.
    """

    def is_short(size: int) -> bool:
        return count(text[len(text) - size :] if keep_end else text[:size]) <= limit

    fits, too_long = 0, min(_LONG, len(text))
    while is_short(too_long):
        if too_long == len(text):
            return text
        fits, too_long = too_long, min(2 * too_long, len(text))
    while fits + 1 < too_long:
        size = (fits + too_long) // 2
        if is_short(size):
            fits = size
        else:
            too_long = size
    return text[len(text) - fits :] if keep_end else text[:fits]
