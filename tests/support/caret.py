"""Documents written with their cursor: ``"def <|>f()"``."""

from __future__ import annotations

from fimls.text import Document, Encoding, Point, Text

CARET = "<|>"


def at_caret(
    marked: str, *, uri: str = "file:///a.py", language_id: str = "python", version: int = 1
) -> tuple[Document, Point]:
    """Return the document without its caret, and the point where the caret was."""
    before, caret, after = marked.partition(CARET)
    assert caret, "the text has no <|>"
    assert CARET not in after, "the text has more than one <|>"
    document = Document(
        uri=uri, language_id=language_id, version=version, text=Text.parse(before + after)
    )
    return document, Text.parse(before).end


def lsp_position(document: Document, point: Point, encoding: Encoding) -> tuple[int, int]:
    """Return a point as LSP's ``line`` and ``character``."""
    return point.line, document.text.units(point, encoding)
