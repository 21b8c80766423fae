"""A model that answers as in a chat puts code between fences."""

from __future__ import annotations

import re
from dataclasses import replace

from fimls.completion.filters.filter_input import NOTHING, Suggestion
from fimls.completion.surroundings import Surroundings
from fimls.syntax import PROSE

_FENCE = re.compile(r"^[ \t]*```[\w+#.-]*[ \t]*$", re.MULTILINE)
_NEAR = 200
"""Lines of the document in which a fence may show that fences are meant."""


def fences(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Take away an opening fence, and cut before a closing one, where fences are not written."""
    found = _FENCE.search(suggestion.text)
    if found is None or around.language_id in PROSE or _written(around):
        return suggestion
    if suggestion.text[: found.start()].strip():
        return suggestion.cut(found.start())
    if around.before.strip():
        return NOTHING  # the model began anew; what it wrote does not continue this line
    inside = suggestion.text[found.end() :].removeprefix("\n")
    closing = _FENCE.search(inside)
    return replace(suggestion, text=inside[: closing.start()] if closing else inside)


def _written(around: Surroundings) -> bool:
    near = (*around.above[-_NEAR:], around.before, around.after, *around.below[:_NEAR])
    return any("```" in line for line in near)
