"""A model that answers as in a chat puts code between fences."""

from __future__ import annotations

import re
from dataclasses import replace

from fimls.completion.filters.proposal import NOTHING, Proposal
from fimls.completion.surroundings import Surroundings
from fimls.syntax import PROSE

_FENCE = re.compile(r"^[ \t]*```[\w+#.-]*[ \t]*$", re.MULTILINE)
_NEAR = 200
"""Lines of the document in which a fence may show that fences are meant."""


def fences(proposal: Proposal, around: Surroundings) -> Proposal:
    """Take away an opening fence, and cut before a closing one, where fences are not written."""
    found = _FENCE.search(proposal.text)
    if found is None or around.language_id in PROSE or _written(around):
        return proposal
    if proposal.text[: found.start()].strip():
        return proposal.cut(found.start())
    if around.before.strip():
        return NOTHING  # the model began anew; what it wrote does not continue this line
    inside = proposal.text[found.end() :].removeprefix("\n")
    closing = _FENCE.search(inside)
    return replace(proposal, text=inside[: closing.start()] if closing else inside)


def _written(around: Surroundings) -> bool:
    near = (*around.above[-_NEAR:], around.before, around.after, *around.below[:_NEAR])
    return any("```" in line for line in near)
