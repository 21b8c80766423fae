"""What the sources look at: one cursor, and all that is known around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fimls.context.cursor_site import Place
from fimls.context.edits import Edit
from fimls.context.repository import Open, Repository
from fimls.text import Document

_ABOVE, _BELOW = 250, 80
"""Lines around the cursor that the prompt has anyway, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInput:
    """One look for snippets.

    Attributes:
        document: the document with the cursor.
        path: where it is, from the repository's root.
        place: what the cursor stands behind.
        opened: the other open documents, the one that was used last first.
        edits: what was changed lately, the newest first.
        repository: the index, with the open documents over it.
        until: when to give up, by `time.monotonic`.
    """

    document: Document
    path: str
    place: Place
    opened: Sequence[Open]
    edits: Sequence[Edit]
    repository: Repository
    until: float

    @property
    def own(self) -> Open:
        """The document with the cursor, as one that is open."""
        return Open(path=self.path, document=self.document)

    @property
    def all(self) -> list[Open]:
        """Every open document."""
        return [self.own, *self.opened]

    def in_prompt(self, path: str, first: int, end: int) -> bool:
        """Whether lines are so near to the cursor that the prompt has them anyway."""
        line = self.place.line
        return path == self.path and end > line - _ABOVE and first < line + _BELOW
