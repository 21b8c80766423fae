"""Whether a completion is wanted at a place, by what the user has set."""

from __future__ import annotations

from typing import Literal

from fimls.completion.excluded import excluded
from fimls.completion.query import Query
from fimls.completion.surroundings import Surroundings
from fimls.settings import CompletionSettings
from fimls.syntax import Scan, marks_of, scan, texts_at


def wanted(query: Query, settings: CompletionSettings) -> bool:
    """Whether a query is to be answered at all.

    Who asks by hand gets an answer wherever the document is not excluded; the other settings are
    for what comes while typing.
    """
    if excluded(query.document, settings):
        return False
    if not query.automatic:
        return True
    if not settings.automatic:
        return False
    line = query.document.text.lines[query.cursor.line]
    if len(line[: query.cursor.column].strip()) < settings.min_prefix:
        return False
    if settings.in_comments and settings.in_strings:
        return True
    place = inside(Surroundings.of(query))
    return (settings.in_comments or place != "comment") and (
        settings.in_strings or place != "string"
    )


def inside(around: Surroundings) -> Literal["comment", "string"] | None:
    """Return whether the cursor is in a comment or a string, as the language's marks say."""
    marks = marks_of(around.language_id)
    begun = texts_at(around.above, marks)[-1]
    until = scan(around.before, marks, Scan(until=begun)).until
    if not until:
        return None
    block = marks.block[1] if marks.block else None
    return "comment" if until in ("\n", block) else "string"
