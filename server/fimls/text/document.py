"""A document as an editor holds it at one moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fimls.text.text import Text

if TYPE_CHECKING:
    from fimls.text.text import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An immutable snapshot; every edit makes a new one, so identity tells whether it moved.

    Attributes:
        uri: the editor's name for it.
        language_id: LSP language identifier (``python``).
        version: the editor's version number.
        text: what is in it.
    """

    uri: str
    language_id: str
    version: int
    text: Text

    def edit(self, start: Point, end: Point, new: str, *, version: int) -> Document:
        """Return the document with one range replaced."""
        return replace(self, text=self.text.replace(start, end, new), version=version)

    def rewrite(self, text: str, *, version: int) -> Document:
        """Return the document with all of its text replaced."""
        return replace(self, text=Text.parse(text), version=version)
