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
        end = start + len(text[start:end].rstrip("\r\n"))
    start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    end = min(
        place for place in (text.find("\n", end), text.find("\r", end), len(text)) if place >= 0
    )
    start += len(text[start:end]) - len(text[start:end].lstrip(" \t\r\n"))
    return start, end
