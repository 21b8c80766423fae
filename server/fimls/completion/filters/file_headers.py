"""A model that has said everything may begin another file."""

from __future__ import annotations

import re

from fimls.completion.filters.bracket_balance import Balance
from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.surroundings import Surroundings

_COMMENT = r"(?:\#|//|--|;|%|/\*|<!--)"
_ENDING = r"(?:\*/|-->)?[ \t]*$"
_PATH = r"[\w.@-]+(?:[\\/][\w.@-]+)*\.[A-Za-z]\w{0,7}"

PATH_COMMENT = re.compile(
    rf"^(?P<mark>{_COMMENT})[ \t]*(?:"
    rf"(?:[Ff]ile[ _-]?(?:[Nn]ame|[Pp]ath)?|[Pp]ath|FILE|PATH)[ \t]*:[ \t]*(?P<named>{_PATH})"
    rf"|(?P<bare>(?:[\w.@-]+[\\/])+[\w.@-]+\.[A-Za-z]\w{{0,7}})"
    rf")[ \t]*{_ENDING}",
    re.MULTILINE,
)
"""A comment at a line's start that is nothing but a path; prompts name files that way."""

_IN_COMMENT = re.compile(rf"\s*(?:{_COMMENT}|\*)")
_HEADER = re.compile(
    r"^(?:diff --git a/|#!/(?:usr/)?bin/|#\s?-\*- coding|#- coding:)"
    rf"|^{_COMMENT}[ \t]*(?:Copyright \(c\)|Copyright [12]\d\d\d|SPDX-License-Identifier:)",
    re.MULTILINE | re.IGNORECASE,
)
_NEAR = 400
"""Lines around the cursor in which the document shows that it has such lines of its own."""


def file_headers(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Cut before a later line that only the beginning of a file has.

    A line inside of a string or of brackets is no header, nor is one in a document that has such
    lines elsewhere than at its start.
    """
    for found in _headers(suggestion.text):
        earlier = (
            *around.above[:_NEAR],
            *(around.before + suggestion.text[: found.start()]).split("\n"),
        )
        if not any(map(_is_code, earlier)) or (found.start() == 0 and around.before):
            continue  # a file's beginning may be written; echoes looks at its path
        if _has_own(found, around) or _is_within(suggestion.text[: found.start()], around):
            continue
        return suggestion.cut(found.start())
    return suggestion


def _headers(text: str) -> list[re.Match[str]]:
    found = [*PATH_COMMENT.finditer(text), *_HEADER.finditer(text)]
    return sorted(found, key=lambda match: match.start())


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not _IN_COMMENT.match(line)


def _has_own(found: re.Match[str], around: Surroundings) -> bool:
    """Whether lines of this kind stand elsewhere in the document than at its beginning."""
    near = (*around.above[-_NEAR:], *around.below[:_NEAR])
    if len(around.above) <= _NEAR:
        near = near[2:]  # the file's own header does not count
    return any(found.re.search(line) for line in near)


def _is_within(text: str, around: Surroundings) -> bool:
    reading = Balance(around).within(text)
    return any(bracket in "([" for bracket in reading.opened) or bool(reading.inside)
