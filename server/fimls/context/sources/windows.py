"""Windows of other files that have most in common with what stands before the cursor."""

from __future__ import annotations

from fimls.context.snippet import Snippet
from fimls.context.sources.source_input import SourceInput
from fimls.context.terms import terms
from fimls.context.windows import share

_MOST = 4


def windows(seen: SourceInput) -> list[Snippet]:
    """Return the windows that share most with the cursor's surroundings, the best first.

    They must have the name before the cursor in the same use: with a member, or at all.
    """
    name = needed(seen)
    if not name:
        return []
    weights = seen.repository.weights(terms(seen.place.near) | {name})
    found = list[tuple[float, int, Snippet]]()
    for window in seen.repository.windows(
        weights,
        seen.document.language_id,
        seen.all,
        needed=name,
        skip=seen.in_prompt,
        until=seen.until,
    ):
        score = share(weights, window.terms.__contains__)
        snippet = Snippet(
            path=window.path, text=window.text, score=score, reason="windows", first=window.first
        )
        recent = next((n for n, each in enumerate(seen.opened) if each.path == window.path), 99)
        found.append((-round(score, 2), recent, snippet))
    found.sort(key=lambda each: each[:2])
    return [snippet for _, _, snippet in found[:_MOST]]


def needed(seen: SourceInput) -> str:
    """Return the term that a window must have: of a dot, the name with its dot."""
    place = seen.place
    if not place.mark:
        return ""
    return f"{place.name.lower()}." if place.mark == "." else place.name.lower()
