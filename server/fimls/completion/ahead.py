"""The query that follows if what is shown is accepted."""

from __future__ import annotations

from fimls.completion.query import Completion, Query
from fimls.text import Point, Text


def accepted(query: Query, completion: Completion) -> Query:
    """Return the query of an editor that has just inserted the completion."""
    before = query.document.text
    text = completion.text.replace("\n", _line_end(before))
    lines = Text.parse(text).lines
    column = len(lines[-1]) + (completion.start.column if len(lines) == 1 else 0)
    return Query(
        document=query.document.edit(
            before.replace(completion.start, completion.end, text),
            version=query.document.version,
        ),
        cursor=Point(completion.start.line + len(lines) - 1, column),
    )


def _line_end(text: Text) -> str:
    first = text.lines[0]
    return first[len(first.rstrip("\r\n")) :] or "\n"
