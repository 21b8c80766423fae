"""Choosing among what the sources found: a gate, an order, and no lines twice."""

from __future__ import annotations

from collections.abc import Sequence

from fimls.context.snippet import Snippet
from fimls.context.sources import definitions, edits, members, windows
from fimls.context.sources.source_input import SourceInput

SOURCES = {
    "definitions": definitions,
    "members": members,
    "edits": edits,
    "windows": windows,
}
"""The sources by name."""

_MOST = 6
"""Snippets; a budget of tokens takes what fits of them."""


def assemble(seen: SourceInput, sources: Sequence[str], *, min_share: float) -> tuple[Snippet, ...]:
    """Return what may help at the cursor, the best first; nothing where nothing is likely to.

    The gate: something of another file is only wanted behind a name that other files know, and a
    window must have a share of the terms around the cursor.

    Args:
        seen: the cursor, and what is known around it.
        sources: names of sources; where two are as good, the earlier one counts for more.
        min_share: of the weight of the terms around the cursor that a window or an edit has.
    """
    if not seen.place.mark:
        return ()
    found = list[Snippet]()
    for name in sources:
        for snippet in SOURCES[name](seen):
            if snippet.score >= min_share and not _covered(snippet, found):
                found.append(snippet)
    if seen.place.mark == "(" and not any(each.reason == "definitions" for each in found):
        return ()
    return tuple(found[:_MOST])


def _covered(snippet: Snippet, found: Sequence[Snippet]) -> bool:
    """Whether most of a snippet is in those before it."""
    lines = [line.strip() for line in snippet.text.split("\n") if line.strip()]
    known = {
        line.strip()
        for each in found
        if each.path == snippet.path
        for line in each.text.split("\n")
    }
    return bool(lines) and sum(line in known for line in lines) > len(lines) // 2
