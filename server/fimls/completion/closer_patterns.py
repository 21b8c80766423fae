"""The patterns that find what begins and ends brackets, quotes, comments and tags in a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from fimls.syntax import CHARACTER, Delimiters, begin_pattern, string_begins


@lru_cache(maxsize=256)
def tokens_of(
    marks: Delimiters | None, closers: tuple[str, ...], strings: tuple[str, ...]
) -> re.Pattern[str]:
    """Return what begins or ends something; of `closers` and `strings` alone where no marks are."""
    words, first = {*closers, *strings}, list[str]()
    if marks is not None:
        words |= {*marks.line, *((marks.block[0],) if marks.block else ())}
        first = [*([CHARACTER] if marks.characters else []), *string_begins(marks)]
    listed = sorted(words, key=len, reverse=True)
    begins = [re.escape(word) if marks is None else begin_pattern(word, marks) for word in listed]
    return re.compile("|".join([r"\\.", *first, *begins, r"[()\[\]{}]"]))


@lru_cache(maxsize=256)
def ends_of(closer: str, begins: tuple[str, ...], *, one_line: bool) -> re.Pattern[str]:
    """Return what ends a text with this closer, or begins code within it."""
    if closer == "\n":
        return re.compile(r"\n")
    code = [r"\{\{"] if "{" in begins else []
    code += map(re.escape, begins)
    escape = [r"\\[\s\S]"] if closer[0] in "\"'`" else []
    line = [r"\n"] if one_line else []
    return re.compile("|".join([*code, *escape, re.escape(closer), *line]))


def begun_again(
    text: str, at: int, shut: Mapping[str, re.Pattern[str]]
) -> tuple[str, re.Match[str]] | None:
    """Return which of the marks that were closed is begun next, as in ``a" or "b``, and where."""
    begun = [(end, found) for end, begins in shut.items() if (found := begins.search(text, at))]
    return min(begun, key=lambda each: each[1].start(), default=None)


@lru_cache(maxsize=64)
def begins_again(closer: str) -> re.Pattern[str]:
    """Return how what a mark has closed begins once more; an apostrophe in a word is none."""
    if closer.startswith("</"):
        return re.compile(rf"<{re.escape(closer[2:-1])}(?![\w.:-])[^<>]*(?<!/)>")
    if closer[0] in "\"'`":
        return re.compile(rf"(?<![\w\\]){re.escape(closer)}")
    return re.compile(r"(?!)")
