"""Brackets, strings and comments, found by a language's marks alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from fimls.session_memo import remembered
from fimls.syntax.interpolations import (
    CLOSERS,
    begin_of,
    closer_of,
    code_begins,
    string_begins,
    string_end,
)
from fimls.syntax.language_delimiters import CHARACTER, Delimiters, begin_pattern

LOOK_AHEAD = 4
"""So many characters after a place can change what stands there: no mark is longer."""

_LINE_END = "\n"

_REMEMBERED_LINES = 512
_LONGEST_REMEMBERED = 512
"""Lines whose reading is remembered for a session, and their characters: 0.5 MB at most.

For every key some 200 lines around the cursor are read, and of these only one has changed."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What is open after a text.

    Attributes:
        open: the closing brackets that are still missing, outermost first.
        until: what ends the string or comment that the text ends in, or nothing.
        unmatched: offsets of the closing brackets that nothing before them opened.
        closed: offset of the mark that ended the string which the text began in, or None.
        code_end: offset after the last character that is neither blank nor in a comment.
        nested: where the text ends in a string: what began it, the code within it, the string in
            that, and so on; empty for a text that began in a string of which only the end is known.
    """

    open: str = ""
    until: str = ""
    unmatched: tuple[int, ...] = ()
    closed: int | None = None
    code_end: int = 0
    nested: tuple[str, ...] = ()

    @property
    def in_text(self) -> bool:
        """Whether a string or a comment goes on in the next line."""
        return self.until not in ("", _LINE_END)


def scan(text: str, marks: Delimiters, before: Scan | None = None) -> Scan:
    r"""Read a text that follows one which left `before`; only ``\n`` ends its lines."""
    before = before or Scan()
    opened, until = before.open, before.until
    nested: tuple[str, ...] = before.nested
    inherited = bool(until)
    unmatched: list[int] = []
    closed, code_end, place = None, 0, 0
    while place < len(text):
        if until:
            comment = until == _LINE_END or (marks.block is not None and until == marks.block[1])
            if comment:
                place, by_mark = _comment_end(text, place, until)
                until = "" if by_mark else until
                inherited = False
                continue
            end, by_mark, nested = string_end(
                text, place, nested or (begin_of(until, marks),), marks
            )
            if inherited and by_mark:
                closed = end - len(until)
            inherited = False
            code_end = max(code_end, len(text[:end].rstrip()))
            place, until = end, until if nested else ""
            continue
        match = _pattern(marks).search(text, place)
        start = match.start() if match else len(text)
        if text[place:start].strip():
            code_end = len(text[:start].rstrip())
        if match is None:
            break
        mark, place = match.group(), match.end()
        if mark in marks.line:
            until = _LINE_END
            continue
        if marks.block and mark == marks.block[0]:
            until = marks.block[1]
            continue
        code_end = place
        if len(mark) > 1 and mark[0] == mark[-1] == "'" and marks.characters:
            continue
        if mark in CLOSERS:
            opened += CLOSERS[mark]
        elif mark not in (")", "]", "}"):
            until, nested = closer_of(mark, marks), (mark,)
        elif opened.endswith(mark):
            opened = opened[:-1]
        elif mark not in marks.loose:
            unmatched.append(start)
    return Scan(opened, until, tuple(unmatched), closed, code_end, nested if until else ())


def scan_line(line: str, marks: Delimiters, before: Scan) -> Scan:
    """Read a whole line, given without its end."""
    read = _remembered if len(line) <= _LONGEST_REMEMBERED else _read_line
    return read(line, marks, before.open, before.until, before.nested)


def texts_at(lines: Sequence[str], marks: Delimiters) -> list[str]:
    """Return what ends the string or comment that each line begins in, and that after the last.

    It is quick: a line without a mark of longer strings or comments is not read.
    """
    longer = _longer(marks)
    state, found = Scan(), [""]
    for line in lines:
        until = state.until
        nests = bool(state.nested) and bool(code_begins(state.nested[0], marks))
        if nests or (until in line if until else longer is not None and longer.search(line)):
            state = scan_line(line, marks, Scan(until=until, nested=state.nested))
            state = Scan(until=state.until, nested=state.nested) if state.in_text else Scan()
        found.append(state.until)
    return found


def _read_line(
    line: str, marks: Delimiters, opened: str, until: str, nested: tuple[str, ...]
) -> Scan:
    return scan(line + "\n", marks, Scan(opened, until, nested=nested))


_remembered = remembered(_REMEMBERED_LINES)(_read_line)


def _comment_end(text: str, place: int, until: str) -> tuple[int, bool]:
    """Return where a comment ends, and whether by its mark; else the text's end."""
    found = text.find(until, place)
    return (len(text), False) if found < 0 else (found + len(until), True)


@lru_cache(maxsize=64)
def _longer(marks: Delimiters) -> re.Pattern[str] | None:
    begins = [begin for begin, _ in marks.many_lines]
    return re.compile("|".join(map(re.escape, begins))) if begins else None


@lru_cache(maxsize=64)
def _pattern(marks: Delimiters) -> re.Pattern[str]:
    words = [*marks.line, *marks.quotes, *(begin for begin, _ in marks.many_lines)]
    words.sort(key=len, reverse=True)
    character = [CHARACTER] if marks.characters else []
    listed = [
        *character,
        *string_begins(marks),
        *(begin_pattern(word, marks) for word in words),
        r"[(){}\[\]]",
    ]
    return re.compile("|".join(listed))
