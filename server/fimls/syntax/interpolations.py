"""Where a string ends that may have code within, and in that code strings again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fimls.syntax.language_delimiters import CHARACTER, Delimiters, begin_pattern

CLOSERS = {"(": ")", "[": "]", "{": "}"}

_PREFIX = "rRfFtT$@"
"""What can stand before the mark of a string, as a part of it."""

_REGEX = r"(?<=[(,=!&|?:{~])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/"
"""A regular expression, where an operand stands: its quotes are none."""


class StringEnd(NamedTuple):
    """Where a string ends.

    Attributes:
        at: offset behind its end, or the text's length.
        closed: whether its mark ended it; a string of one line also ends with that.
        nested: where the text ends before the string does: what began the string, the code
            within it, the string in that, and so on.
    """

    at: int
    closed: bool
    nested: tuple[str, ...]


def string_end(text: str, at: int, nested: tuple[str, ...], marks: Delimiters) -> StringEnd:
    """Read on in a string.

    Args:
        text: what is read.
        at: where to begin.
        nested: what began the string; with it what is open within, outermost first.
        marks: those of the language.
    """
    stack, start, one_line = list(nested), at, plain_mark(nested[0]) in marks.quotes
    while stack:
        found = _tokens(marks, stack[-1], one_line).search(text, at)
        if found is None:
            return StringEnd(len(text), False, tuple(stack))
        at, token = found.end(), found[0]
        if found.lastgroup == "begin":
            stack.append(token)
        elif found.lastgroup == "end":
            stack.pop()
        elif token == "\n" and one_line:
            if len(nested) == 1 and len(stack) > 1:
                return _without_code(text, start, nested[0], marks)
            return StringEnd(at, False, ())
        elif token == "\n":
            stack.pop()
    return StringEnd(at, True, ())


def _without_code(text: str, at: int, begun: str, marks: Delimiters) -> StringEnd:
    """Read a string of one line whose code its line does not end: what began it was no code."""
    for found in _flat(closer_of(begun, marks)).finditer(text, at):
        if found[0][0] != "\\":
            return StringEnd(found.end(), found[0] != "\n", ())
    return StringEnd(len(text), False, (begun,))


def plain_mark(begun: str) -> str:
    """Return the quotes that a string begins with, without letters before them."""
    return begun.lstrip(_PREFIX) or begun


def closer_of(begun: str, marks: Delimiters) -> str:
    """Return what ends a string, a bracket, or code within a string, by what begins it."""
    bracket = next((CLOSERS[character] for character in begun if character in CLOSERS), "")
    mark = plain_mark(begun)
    return dict(marks.long).get(mark) or bracket or mark


def is_string(begun: str, marks: Delimiters) -> bool:
    """Whether a string began, and not code within one."""
    return plain_mark(begun) in string_marks(marks)


@lru_cache(maxsize=64)
def string_marks(marks: Delimiters) -> tuple[str, ...]:
    """Return what can begin a string, without what may stand before it."""
    return (*marks.quotes, *(begin for begin, _ in marks.long))


@lru_cache(maxsize=256)
def strings_in(begun: str, marks: Delimiters) -> tuple[str, ...]:
    """Return what can begin a string in code, by what began that within a string."""
    for each in marks.interpolations:
        if each.within and begun in each.begins:
            return each.within
    return string_marks(marks)


def begin_of(until: str, marks: Delimiters) -> str:
    """Return what begins the strings that end so."""
    return next((begin for begin, end in marks.long if end == until), until)


@lru_cache(maxsize=64)
def string_begins(marks: Delimiters) -> tuple[str, ...]:
    """Return patterns of what begins a string whose code is told by a prefix."""
    return tuple(
        rf"(?<!\w)(?:{each.prefix})(?:{_any(each.strings)})"
        for each in marks.interpolations
        if each.prefix
    )


@lru_cache(maxsize=256)
def code_begins(begun: str, marks: Delimiters) -> tuple[str, ...]:
    """Return what begins code in a string that began so."""
    mark, found = plain_mark(begun), list[str]()
    for each in marks.interpolations:
        if mark in each.strings and bool(each.prefix) == (mark != begun):
            found += each.begins
    return tuple(found)


@lru_cache(maxsize=512)
def _tokens(marks: Delimiters, begun: str, one_line: bool) -> re.Pattern[str]:
    """Return what matters in a string, or in code within one, as groups: begin, end, others."""
    if not is_string(begun, marks):
        return re.compile("|".join(_in_code(marks, begun, one_line)), re.DOTALL)
    begins, end = code_begins(begun, marks), closer_of(begun, marks)
    parts = [r"\{\{"] if "{" in begins else []
    parts += [f"(?P<begin>{_any(begins)})"] if begins else []
    parts += [r"\\."] if end[0] in "\"'`" else []
    parts.append(f"(?P<end>{re.escape(end)})")
    parts += [r"\n"] if plain_mark(begun) in marks.quotes else []
    return re.compile("|".join(parts), re.DOTALL)


@lru_cache(maxsize=64)
def _flat(end: str) -> re.Pattern[str]:
    return re.compile(rf"\\.|{re.escape(end)}|\n")


def _in_code(marks: Delimiters, begun: str, one_line: bool) -> Iterator[str]:
    yield r"\\."
    if marks.characters:
        yield CHARACTER
    if not one_line and marks.line:
        yield rf"(?<!\S)(?:{_any(marks.line)})[^\n]*"
    if any(each.patterns for each in marks.interpolations):
        yield _REGEX
    end = closer_of(begun, marks)
    yield f"(?P<end>{re.escape(end)})"
    strings = sorted(strings_in(begun, marks), key=len, reverse=True)
    plain = "|".join(begin_pattern(mark, marks) for mark in strings)
    begins = "|".join((*string_begins(marks), plain, r"[(\[{]"))
    yield f"(?P<begin>{begins})"
    if one_line:
        yield r"\n"


def _any(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
