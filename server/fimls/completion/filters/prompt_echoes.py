"""A model may say once more what the prompt said: the file's path, or the line's beginning."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

from fimls.completion.filters.file_headers import PATH_COMMENT
from fimls.completion.filters.filter_input import NOTHING, Suggestion
from fimls.completion.surroundings import Surroundings

_MARK = re.compile(r"\s*(?:#|//|--|;|/\*|\*|<!--)")
_ONLY_A_MARK = re.compile(r"\s*(?:#|//|--)\s*")
LEAST_REPEATED = 8
"""Characters of the line's beginning that are not taken for a coincidence."""


def echoes(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Take away the file's own path and a repeated beginning of the line; drop a bare mark."""
    text = _without_path(suggestion.text, around)
    text = _without_beginning(text, around.before)
    if _ONLY_A_MARK.fullmatch(text) and not (_in_comment(around) or around.after.strip()):
        return NOTHING
    return replace(suggestion, text=text)


def _in_comment(around: Surroundings) -> bool:
    """Whether a comment mark may be meant: on a line with text, or next to other comments."""
    near = (*around.above[-1:], *around.below[:1])
    return bool(around.before.strip()) or any(_MARK.match(line) for line in near)


def _without_path(text: str, around: Surroundings) -> str:
    """Return the text without its first line, if that is a comment with this file's name."""
    first, line_end, rest = text.partition("\n")
    found = PATH_COMMENT.match(around.before.lstrip() + first.strip())
    if found is None or around.after.strip():
        return text
    path = (found["named"] or found["bare"]).replace("\\", "/")
    if path.rpartition("/")[2] != unquote(around.uri).rpartition("/")[2]:
        return text
    # What follows the path belongs at the start of a line, which is here only in a blank one.
    return rest.removeprefix("\n") if line_end and not around.before.strip() else ""


def _without_beginning(text: str, before: str) -> str:
    """Return the text without what the cursor's line has already, if the text begins anew."""
    typed = before.strip()
    # One word may be meant twice (`list(list(`), words and the blank between them are not.
    if len(typed) < LEAST_REPEATED or len(typed.split()) < 2 or not typed[-1:].isascii():
        return text
    found = text.lstrip(" \t")
    if not found.startswith(typed):
        return text
    rest = found[len(typed) :]
    inside_word = rest[:1].isalnum() and typed[-1].isalnum() and before[-1:].isspace()
    return text if inside_word else rest.removeprefix(before[len(before.rstrip()) :])
