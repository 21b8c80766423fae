"""Characters that no editor should be given: a suggestion ends before them."""

from __future__ import annotations

import re
from dataclasses import replace

from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.surroundings import Surroundings

# Control characters, marks that turn the direction of what follows (code then reads otherwise than
# it runs), and what stands for bytes that are no text.
_ODD = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffd\ufffe\uffff]")
_OTHER_BLANKS = re.compile(r"^[ \t]*[\u00a0\u2000-\u200b\u202f\u205f\u3000][^\S\n]*", re.MULTILINE)
_NEAR = 200
"""Lines of the document in which such a character may show that it is meant."""


def odd_characters(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Cut before an odd character; write other blanks at a line's start as plain ones."""
    for found in _ODD.finditer(suggestion.text):
        if not _written(found[0], around):
            suggestion = suggestion.cut(found.start())
            break
    first = len(suggestion.text.partition("\n")[0]) if around.before.strip() else 0
    line, rest = suggestion.text[:first], suggestion.text[first:]
    return replace(suggestion, text=line + _OTHER_BLANKS.sub(_plain, rest))


def _plain(found: re.Match[str]) -> str:
    return re.sub(r"[^\S\t]", " ", found[0].replace("\u200b", ""))


def _written(character: str, around: Surroundings) -> bool:
    near = (*around.above[-_NEAR:], around.before, around.after, *around.below[:_NEAR])
    return any(character in line for line in near)
