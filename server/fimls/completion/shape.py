"""From generated text to what is shown."""

from __future__ import annotations

from fimls.completion.query import Query
from fimls.completion.surroundings import Surroundings
from fimls.completion.trailing_comment import without_trailing_comments


def enough(generated: str, max_lines: int) -> bool:
    """Whether more text could not be shown any more, so that the generation can end."""
    return generated.count("\n") >= max_lines


def shape(generated: str, query: Query, *, max_lines: int) -> str:
    r"""Return the text to insert at the cursor, or nothing.

    Line ends become ``\n``: editors write their own when they insert. Blank text is nothing, and
    so is what only repeats the rest of the cursor's line.
    """
    lines = generated.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = without_trailing_comments("\n".join(lines[:max_lines]), Surroundings.of(query))
    rest = query.document.text.lines[query.cursor.line][query.cursor.column :].strip()
    if rest and text.rstrip().endswith(rest):
        text = text.rstrip()[: -len(rest)]
    elif not rest:
        text = text.rstrip()  # before more of the line, a trailing blank may be meant
    return text if text.strip() else ""
