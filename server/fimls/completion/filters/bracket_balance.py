"""Whether brackets and strings match: the one yardstick by which filters judge a cut.

It reads no grammar and is often a little wrong (a regular expression that holds a quote). So
nobody asks whether a text matches, only whether one suggestion matches better than another in the
same place: what is misread is misread for both.
"""

from __future__ import annotations

from fimls.completion.filters.bracket_reader import Reading, read
from fimls.completion.filters.distant_blocks import (
    MOST_LINES_ABOVE,
    MOST_LINES_BELOW,
    closings_below,
    reading_above,
)
from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.surroundings import Surroundings
from fimls.session_memo import remembered
from fimls.syntax import NO_MARKS, marks_of


class Balance:
    """Compares suggestions for one cursor by how well brackets and strings match around it."""

    def __init__(self, around: Surroundings) -> None:
        """Read what stands before the cursor."""
        self.marks = marks_of(around.language_id)
        self._line_start = _line_start(around.above, around.language_id)
        self.start = read(around.before, self.marks, self._line_start)
        below = around.below[:MOST_LINES_BELOW]
        self._before, self._after = around.before, around.after
        self._below = "\n".join(("", *below, *closings_below(around)))

    def of_line(self) -> Balance:
        """Return the balance of the cursor's line alone, where quotes and comments mean nothing."""
        line = Balance(Surroundings(before=self._before, after=self._after))
        line.start = read(self._before, NO_MARKS, Reading(opened=self._line_start.opened))
        return line

    def faults(self, suggestion: Suggestion) -> int:
        """Return how much does not match with the suggestion in its place; fewer is better."""
        shown, end = self._read(suggestion)
        in_string = bool(end.inside) and end.inside not in self.marks.line
        # Code does not go on in a comment that the suggestion has begun.
        hidden = shown.inside in self.marks.line and not self.start.inside
        rest = bool(self._after[suggestion.replaces :].strip())
        return end.faults + len(end.opened) + in_string + (hidden and rest)

    def matches(self, suggestion: Suggestion) -> bool:
        """Whether nothing is closed that is not open."""
        return self._read(suggestion)[1].faults == 0

    def within(self, text: str) -> Reading:
        """Return what is open after a text at the cursor, and where it closes what was open."""
        return read(text, self.marks, self.start)

    def _read(self, suggestion: Suggestion) -> tuple[Reading, Reading]:
        """Return what is open after the suggestion, and at the end of what is read."""
        shown = self.within(suggestion.text)
        rest = self._after[suggestion.replaces :] + self._below
        return shown, read(rest, self.marks, shown)


@remembered(4)
def _line_start(above: tuple[str, ...], language_id: str) -> Reading:
    """Return what is open where the cursor's line begins; it is the same for all keys there."""
    around, marks = Surroundings(above=above, language_id=language_id), marks_of(language_id)
    text = "\n".join((*above[-MOST_LINES_ABOVE:], ""))
    return read(text, marks, reading_above(around, marks))
