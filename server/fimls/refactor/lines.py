"""Actions on whole lines: what the user words, in a command or in the settings."""

from __future__ import annotations

from fimls.refactor.selection import Selection
from fimls.syntax import statement_at


def selected_lines(selection: Selection) -> tuple[int, int]:
    """Return where the selected lines' text begins and ends, without indentation and line end.

    A bare cursor means the statement around it, or its line where there is no grammar. A
    selection that ends where a line begins does not mean that line.
    """
    text, start, end = selection.text, selection.start, selection.end
    if start == end and selection.parsed is not None:
        span = statement_at(selection.parsed, start)
        if span is not None:
            start, end = span.start, span.end
    if end > start and text[end - 1] in "\r\n":
        end = _content_end(text, start, end)
    while start and text[start - 1] not in "\r\n":
        start -= 1
    while end < len(text) and text[end] not in "\r\n":
        end += 1
    while start < end and text[start] in " \t\r\n":
        start += 1
    return start, end


def _content_end(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in "\r\n":
        end -= 1
    return end
