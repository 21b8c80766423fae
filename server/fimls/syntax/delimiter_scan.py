"""Brackets, strings and comments, found by a language's marks alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from fimls.session_memo import remembered
from fimls.syntax.language_delimiters import Delimiters

CHARACTER = r"'(?:\\[^'\n]{1,9}|\\'|[^'\\\n])'"
"""One character in quotes, where the language has that."""

CLOSERS = {"(": ")", "[": "]", "{": "}"}
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
    """

    open: str = ""
    until: str = ""
    unmatched: tuple[int, ...] = ()
    closed: int | None = None
    code_end: int = 0

    @property
    def in_text(self) -> bool:
        """Whether a string or a comment goes on in the next line."""
        return self.until not in ("", _LINE_END)


def scan(text: str, marks: Delimiters, before: Scan | None = None) -> Scan:
    r"""Read a text that follows one which left `before`; only ``\n`` ends its lines."""
    opened, until = (before.open, before.until) if before else ("", "")
    inherited = bool(until)
    unmatched: list[int] = []
    closed, code_end, place = None, 0, 0
    while place < len(text):
        if until:
            comment = until == _LINE_END or (marks.block is not None and until == marks.block[1])
            end, by_mark = _end(text, place, until, one_line=until in marks.quotes)
            if inherited and by_mark and not comment:
                closed = end - len(until)
            inherited = False
            if not comment:
                code_end = max(code_end, len(text[:end].rstrip()))
            line_ended = until in marks.quotes and text[end - 1] == _LINE_END
            place, until = end, "" if by_mark or line_ended else until
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
            until = dict(marks.long).get(mark, mark)
        elif opened.endswith(mark):
            opened = opened[:-1]
        elif mark not in marks.loose:
            unmatched.append(start)
    return Scan(opened, until, tuple(unmatched), closed, code_end)


def scan_line(line: str, marks: Delimiters, before: Scan) -> Scan:
    """Read a whole line, given without its end."""
    read = _remembered if len(line) <= _LONGEST_REMEMBERED else _read_line
    return read(line, marks, before.open, before.until)


def texts_at(lines: Sequence[str], marks: Delimiters) -> list[str]:
    """Return what ends the string or comment that each line begins in, and that after the last.

    It is quick: a line without a mark of longer strings or comments is not read.
    """
    longer = _longer(marks)
    until, found = "", [""]
    for line in lines:
        if until in line if until else longer is not None and longer.search(line):
            state = scan_line(line, marks, Scan(until=until))
            until = state.until if state.in_text else ""
        found.append(until)
    return found


def _read_line(line: str, marks: Delimiters, opened: str, until: str) -> Scan:
    return scan(line + "\n", marks, Scan(opened, until))


_remembered = remembered(_REMEMBERED_LINES)(_read_line)


def _end(text: str, place: int, until: str, *, one_line: bool) -> tuple[int, bool]:
    """Return where a string or comment ends, and whether by its mark; else the text's end."""
    for match in _ends(until, one_line).finditer(text, place):
        if match.group() == until:
            return match.end(), True
        if match.group() == _LINE_END:
            return match.end(), False
    return len(text), False


@lru_cache(maxsize=64)
def _ends(until: str, one_line: bool) -> re.Pattern[str]:
    escaped = r"\\.|" if until in ('"', "'", "`", '"""', "'''") else ""
    return re.compile(f"{escaped}{re.escape(until)}" + (r"|\n" if one_line else ""), re.DOTALL)


@lru_cache(maxsize=64)
def _longer(marks: Delimiters) -> re.Pattern[str] | None:
    begins = [begin for begin, _ in marks.many_lines]
    return re.compile("|".join(map(re.escape, begins))) if begins else None


@lru_cache(maxsize=64)
def _pattern(marks: Delimiters) -> re.Pattern[str]:
    words = [*marks.line, *marks.quotes, *(begin for begin, _ in marks.many_lines)]
    words.sort(key=len, reverse=True)
    character = [CHARACTER] if marks.characters else []
    return re.compile("|".join([*character, *map(re.escape, words), r"[(){}\[\]]"]))
