"""The declaration of the name before the cursor, where only one is known."""

from __future__ import annotations

from fimls.context.index import Definition
from fimls.context.snippet import Snippet
from fimls.context.sources.source_input import SourceInput

MOST_LINES = 12
"""Of a declaration."""


def definitions(seen: SourceInput) -> list[Snippet]:
    """Return the declaration of the name that is called, if the index knows exactly one.

    Nothing where this document defines the name near the cursor: the prompt has that.
    """
    place = seen.place
    if place.mark != "(":
        return []
    found = seen.repository.definitions(place.name, seen.all, most=3)
    if any(seen.in_prompt(each.path, each.first, each.end) for each in found) or len(found) != 1:
        return []
    snippet = declared(seen, found[0])
    return [snippet] if snippet is not None else []


def declared(seen: SourceInput, found: Definition) -> Snippet | None:
    """Return the first lines of a definition; of a class those of its constructor too."""
    end = min(found.end, found.first + MOST_LINES)
    text = seen.repository.text_at(found._replace(end=end), seen.all)
    if text is None:
        return None
    makers = [
        each
        for each in seen.repository.members(found.name, seen.all, most=20)
        if each.path == found.path and each.name in ("__init__", "constructor")
    ]
    if makers and makers[0].first >= end:
        maker = makers[0]._replace(end=min(makers[0].end, makers[0].first + MOST_LINES))
        more = seen.repository.text_at(maker, seen.all)
        text = f"{text}\n{more}" if more else text
    return Snippet(path=found.path, text=text, score=1.0, reason="definitions", first=found.first)
