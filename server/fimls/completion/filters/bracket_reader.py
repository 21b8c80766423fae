"""Reading brackets, strings and comments, and nothing else of a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from fimls.syntax import (
    CHARACTER,
    Delimiters,
    begin_pattern,
    closer_of,
    is_string,
    plain_mark,
    string_begins,
    string_end,
    string_marks,
)

_OPENS = {")": "(", "]": "[", "}": "{"}


class Reading(NamedTuple):
    """What is open at the end of a text.

    Attributes:
        opened: brackets that are still open, the outermost first.
        inside: what began the string or comment in which the text ends, if it ends in one.
        faults: brackets closed that were not open or left open inside closed ones, and strings
            that their line did not close.
        leaves: places of the read text where it closes something that was open before it.
        nested: where it ends in a string, that string, the code within it, the string in that, and
            so on, each as it began.
    """

    opened: tuple[str, ...] = ()
    inside: str = ""
    faults: int = 0
    leaves: tuple[int, ...] = ()
    nested: tuple[str, ...] = ()


def read(text: str, marks: Delimiters, start: Reading | None = None) -> Reading:
    """Read on from where another text ended."""
    before, (tokens, comments) = start or Reading(), _patterns(marks)
    opened, faults = list(before.opened), before.faults
    inside: str = before.inside
    nested: tuple[str, ...] = before.nested
    base, leaves = len(opened), list[int]()
    came_inside = bool(inside)
    at = 0
    while True:
        if inside in comments:
            found = comments[inside].search(text, at)
            if found is None:
                break
            at = found.end()
            if came_inside and found[0] != "\n":
                leaves.append(found.start())
        elif inside:
            end = string_end(text, at, nested or _alone(inside), marks)
            at, nested = end.at, end.nested
            if nested:
                break
            faults += not end.closed
            if came_inside and end.closed:
                leaves.append(at - len(closer_of(inside, marks)))
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
        elif token in comments:
            inside, nested = token, ()
        elif is_string(token, marks):
            inside, nested = plain_mark(token), _alone(token)
    return Reading(tuple(opened), inside, faults, tuple(leaves), nested if inside else ())


def _alone(begun: str) -> tuple[str, ...]:
    return (begun,)


@lru_cache(maxsize=64)
def _patterns(marks: Delimiters) -> tuple[re.Pattern[str], Mapping[str, re.Pattern[str]]]:
    """Return what finds all that matters outside strings and comments, and what ends those.

    The latter is of comments, by what began one, and also finds what is to be skipped in it.
    """
    comments = {begin: re.compile(r"\n") for begin in marks.line}
    if marks.block:
        comments[marks.block[0]] = re.compile(re.escape(marks.block[1]))
    # The longest first: a block comment's begin may start like a line comment's.
    begins = sorted((*comments, *string_marks(marks)), key=len, reverse=True)
    begins = [begin_pattern(begin, marks) for begin in begins]
    # In shells and others a # inside a word is no comment.
    begins = [rf"(?<![\w$&{{]){begin}" if begin == "\\#" else begin for begin in begins]
    character = [CHARACTER] if marks.characters else []
    parts = [*character, *string_begins(marks), *begins, r"\\.", r"[()\[\]{}]"]
    return re.compile("|".join(parts)), comments
