"""Whether brackets and strings match: the one yardstick by which filters judge a cut.

It reads no grammar and is often a little wrong (a regular expression that holds a quote). So
nobody asks whether a text matches, only whether one proposal matches better than another in the
same place: what is misread is misread for both.
"""

from __future__ import annotations

from typing import NamedTuple

from fimls.completion.filters.proposal import Proposal
from fimls.completion.filters.syntaxes import Syntax, syntax_of
from fimls.completion.surroundings import Surroundings

MOST_LINES_ABOVE = 80
"""Lines above the cursor that are read; brackets opened before them are not known."""

MOST_LINES_BELOW = 40
"""Lines below the cursor that are read."""

_OPENS = {")": "(", "]": "[", "}": "{"}


class Reading(NamedTuple):
    """What is open at the end of a text.

    Attributes:
        opened: brackets that are still open, the outermost first.
        inside: what began the string or comment in which the text ends, if it ends in one.
        faults: brackets closed that were not open or left open inside closed ones, and strings
            that their line did not close.
        leaves: places of the read text where it closes something that was open before it.
    """

    opened: tuple[str, ...] = ()
    inside: str = ""
    faults: int = 0
    leaves: tuple[int, ...] = ()


def read(text: str, syntax: Syntax, start: Reading | None = None) -> Reading:
    """Read on from where another text ended."""
    before = start or Reading()
    opened, inside, faults = list(before.opened), before.inside, before.faults
    base, leaves = len(opened), list[int]()
    came_inside = bool(inside)
    at = 0
    while True:
        if inside:
            found = syntax.exits[inside].search(text, at)
            if found is None:
                break
            at = found.end()
            if found[0].startswith("\\"):
                continue
            if found[0] == "\n":
                faults += inside not in syntax.line_comments
            elif came_inside:
                leaves.append(found.start())
            inside, came_inside = "", False
        found = syntax.tokens.search(text, at)
        if found is None:
            break
        at, token = found.end(), found[0]
        if token in "([{":
            opened.append(token)
        elif opener := _OPENS.get(token):
            if opener not in opened:
                faults += 1
                leaves.append(found.start())
                continue
            while opened.pop() != opener:
                faults += 1
            if len(opened) < base:
                base = len(opened)
                leaves.append(found.start())
        elif token in syntax.exits:
            inside = token
    return Reading(tuple(opened), inside, faults, tuple(leaves))


class Balance:
    """Compares proposals for one cursor by how well brackets and strings match around it."""

    def __init__(self, around: Surroundings) -> None:
        """Read what stands before the cursor."""
        self.syntax = syntax_of(around.language_id)
        above = (*around.above[-MOST_LINES_ABOVE:], around.before)
        self.start = read("\n".join(above), self.syntax)
        self._after = around.after
        self._below = "\n".join(("", *around.below[:MOST_LINES_BELOW]))

    def faults(self, proposal: Proposal) -> int:
        """Return how much does not match with the proposal in its place; fewer is better."""
        text = proposal.text + self._after[proposal.replaces :] + self._below
        end = read(text, self.syntax, self.start)
        in_string = bool(end.inside) and end.inside not in self.syntax.line_comments
        return end.faults + len(end.opened) + in_string

    def within(self, text: str) -> Reading:
        """Return what is open after a text at the cursor, and where it closes what was open."""
        return read(text, self.syntax, self.start)
