"""Reading brackets, strings and comments, and nothing else of a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from fimls.syntax import CHARACTER, Delimiters

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


def read(text: str, marks: Delimiters, start: Reading | None = None) -> Reading:
    """Read on from where another text ended."""
    before, (tokens, exits) = start or Reading(), _patterns(marks)
    opened, inside, faults = list(before.opened), before.inside, before.faults
    base, leaves = len(opened), list[int]()
    came_inside = bool(inside)
    at = 0
    while True:
        if inside:
            found = exits[inside].search(text, at)
            if found is None:
                break
            at = found.end()
            if found[0].startswith("\\"):
                continue
            if found[0] == "\n":
                faults += inside not in marks.line
            elif came_inside:
                leaves.append(found.start())
            inside, came_inside = "", False
        found = tokens.search(text, at)
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
        elif token in exits:
            inside = token
    return Reading(tuple(opened), inside, faults, tuple(leaves))


@lru_cache(maxsize=64)
def _patterns(marks: Delimiters) -> tuple[re.Pattern[str], Mapping[str, re.Pattern[str]]]:
    """Return what finds all that matters outside strings and comments, and what ends those.

    The latter, by what began a string or comment, also finds what is to be skipped in it.
    """
    exits = {begin: re.compile(r"\n") for begin in marks.line}
    exits |= {quote: re.compile(rf"\\[\s\S]|{quote}|\n") for quote in marks.quotes}
    for begin, end in marks.many_lines:
        exits[begin] = re.compile(rf"\\[\s\S]|{re.escape(end)}")
    # The longest first: a block comment's begin may start like a line comment's.
    begins = [re.escape(begin) for begin in sorted(exits, key=len, reverse=True)]
    # In shells and others a # inside a word is no comment.
    begins = [rf"(?<![\w$&{{]){begin}" if begin == "\\#" else begin for begin in begins]
    character = [CHARACTER] if marks.characters else []
    return re.compile("|".join([*character, *begins, r"\\.", r"[()\[\]{}]"])), exits
