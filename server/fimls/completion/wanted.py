"""Whether a completion is wanted at a place, by what the user has set."""

from __future__ import annotations

from fimls.completion.excluded import excluded
from fimls.completion.inside import inside
from fimls.completion.query import Query
from fimls.completion.surroundings import Surroundings
from fimls.settings import CompletionSettings


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
    around = Surroundings.of(query)
    if len(around.before.strip()) < settings.min_prefix:
        return False
    if settings.in_comments and settings.in_strings:
        return True
    place = inside(around)
    return (settings.in_comments or place != "comment") and (
        settings.in_strings or place != "string"
    )
