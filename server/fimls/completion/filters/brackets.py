"""Whether brackets and strings match: the one yardstick by which filters judge a cut.

It reads no grammar and is often a little wrong (a regular expression that holds a quote). So
nobody asks whether a text matches, only whether one proposal matches better than another in the
same place: what is misread is misread for both.
"""

from __future__ import annotations

from fimls.completion.filters.enclosing import (
    MOST_LINES_ABOVE,
    MOST_LINES_BELOW,
    closings_below,
    reading_above,
)
from fimls.completion.filters.proposal import Proposal
from fimls.completion.filters.reading import Reading, read
from fimls.completion.filters.syntaxes import syntax_of
from fimls.completion.surroundings import Surroundings


class Balance:
    """Compares proposals for one cursor by how well brackets and strings match around it."""

    def __init__(self, around: Surroundings) -> None:
        """Read what stands before the cursor."""
        self.syntax = syntax_of(around.language_id)
        above = (*around.above[-MOST_LINES_ABOVE:], around.before)
        self.start = read("\n".join(above), self.syntax, reading_above(around, self.syntax))
        below = around.below[:MOST_LINES_BELOW]
        self._after = around.after
        self._below = "\n".join(("", *below, *closings_below(around)))

    @classmethod
    def of_line(cls, around: Surroundings) -> Balance:
        """Return the balance of the cursor's line alone, where quotes mean nothing."""
        return cls(Surroundings(before=around.before, after=around.after))

    def faults(self, proposal: Proposal) -> int:
        """Return how much does not match with the proposal in its place; fewer is better."""
        text = proposal.text + self._after[proposal.replaces :] + self._below
        end = read(text, self.syntax, self.start)
        in_string = bool(end.inside) and end.inside not in self.syntax.line_comments
        return end.faults + len(end.opened) + in_string

    def within(self, text: str) -> Reading:
        """Return what is open after a text at the cursor, and where it closes what was open."""
        return read(text, self.syntax, self.start)
