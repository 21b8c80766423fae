"""Whether a completion is wanted at a place, by what the user has set."""

from __future__ import annotations

from fimls.completion.exclusions import excluded
from fimls.completion.query import Query
from fimls.completion.surroundings import Surroundings
from fimls.completion.syntax_context import inside
from fimls.settings import CompletionSettings
from fimls.text import Document

LONGEST_LINE = 10_000
"""Characters of a line that is completed. Nobody writes longer ones; to look at a megabyte of
generated text at each key would keep an editor waiting, and at a hub also the editors of others."""


def unwanted(document: Document, line: int, settings: CompletionSettings) -> str | None:
    """Return why nothing is ever proposed on a line, as a sentence for the user, or None."""
    if document.language_id in settings.exclude_languages:
        return "Nothing in this language is sent: completion.exclude_languages has it."
    if excluded(document, settings):
        return "Nothing of this file is sent: completion.exclude_files has it."
    lines = document.text.lines
    if line < len(lines) and len(lines[line]) > LONGEST_LINE:
        return f"Lines of more than {LONGEST_LINE:,} characters are not completed."
    return None


def wanted(query: Query, settings: CompletionSettings) -> bool:
    """Whether a query is to be answered at all.

    Who asks by hand gets an answer wherever the document is not excluded; the other settings are
    for what comes while typing.
    """
    if unwanted(query.document, query.cursor.line, settings) is not None:
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
