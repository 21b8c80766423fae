"""Reading brackets, strings and comments, and nothing else of a text."""

from __future__ import annotations

from typing import NamedTuple

from fimls.completion.filters.syntaxes import Syntax

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
