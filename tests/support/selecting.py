"""Documents written with their selection: ``"def <[f]>(): ..."``, or ``<|>`` for a bare cursor."""

from __future__ import annotations

import re

from fimls.refactor import Selection
from fimls.syntax import parse
from fimls.text import Document, Text


def select(marked: str, language: str = "python", *, uri: str = "file:///a.py") -> Selection:
    """Return the selection that the marks say, without them."""
    before, start, rest = re.split(r"(<\[|<\|>)", marked, maxsplit=1)
    inside, after = ("", rest) if start == "<|>" else rest.split("]>", 1)
    text = before + inside + after
    document = Document(uri=uri, language_id=language, version=1, text=Text.parse(text))
    return Selection(
        document=document,
        text=text,
        start=len(before),
        end=len(before) + len(inside),
        parsed=parse(text, language),
    )
