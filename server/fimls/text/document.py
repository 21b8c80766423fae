"""A document as an editor holds it at one moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fimls.text.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An immutable snapshot; every edit makes a new one, so identity tells whether it moved.

    Attributes:
        uri: the editor's name for it.
        language_id: LSP language identifier (``python``).
        version: the editor's version number.
        text: what is in it.
        real_path: where the file lies, if the editor calls it by a link; else empty.
    """

    uri: str
    language_id: str
    version: int
    text: Text
    real_path: str = ""

    def edit(self, text: Text, *, version: int) -> Document:
        """Return the document's next version."""
        return replace(self, text=text, version=version)
