"""Snippets as comment lines of the document's language: one form that serves every model."""

from __future__ import annotations

from fimls.context.snippet import Snippet
from fimls.syntax import marks_of


def as_comment(snippet: Snippet, language_id: str) -> str:
    """Return a snippet as a comment that its path heads, and that ends with a line's end.

    Languages without a comment to the end of the line have it between the marks of a longer one,
    those without any have ``#``.
    """
    marks = marks_of(language_id)
    lines = [snippet.path, *snippet.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    if not marks.line and marks.block is not None:
        begin, end = marks.block
        inside = "\n".join(lines).replace(end, end[:1] + " " + end[1:])
        return f"{begin} {inside}\n{end}\n"
    mark = marks.line[0] if marks.line else "#"
    return "".join(f"{mark} {line}".rstrip() + "\n" for line in lines)
