"""Looking for snippets: one thread that has the indexes open, and a time in which it looks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from fimls.context.assembly import assemble
from fimls.context.cursor_site import Place, place
from fimls.context.edits import edits_of
from fimls.context.index import Store, file_for
from fimls.context.index.files import Excluded
from fimls.context.repository import Open, Repository
from fimls.context.snippet import Snippet
from fimls.context.sources.source_input import SourceInput
from fimls.settings import ContextSettings
from fimls.text import Document, Point, Text

_MOST_EDITS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is looked for, and in what.

    Attributes:
        document: the document with the cursor.
        path: where it is, from the root.
        cursor: where the cursor is.
        opened: the other open documents that may be read.
        changed: documents that changed lately, as they were and as they are, the newest first.
        place: what the cursor stands behind, where that is not what the text says.
    """

    document: Document
    path: str
    cursor: Point
    opened: Sequence[Open] = ()
    changed: Sequence[tuple[Text, Document]] = ()
    place: Place | None = None


class Finder:
    """Finds snippets in one repository; of several threads one at a time has its turn.

    Attributes:
        root: the repository's folder, or None where there are only open documents.
    """

    def __init__(
        self, root: Path | None, settings: ContextSettings, *, store: Store | None = None
    ) -> None:
        """Nothing is opened yet; `store` is another index than the folder's own."""
        self._store = store
        self.root = root
        self._settings = settings
        self._repository: Repository | None = None
        self._turn = Lock()

    def find(self, look: Look) -> tuple[Snippet, ...]:
        """Return what may help at the cursor, the best first."""
        with self._turn:
            return self._find(look)

    def expect(self, look: Look) -> tuple[str, tuple[Snippet, ...]]:
        """Return what may help once the word before the cursor ends, and the mark that ends it.

        There is nothing where other files do not know the word as it is: most words that are
        being written are none yet.
        """
        here = place(look.document.text.lines, look.cursor.line, look.cursor.column)
        with self._turn:
            for mark in self._opened().marks_behind(here.word, look.opened):
                if found := self._find(replace(look, place=here.ended(mark))):
                    return mark, found
        return "", ()

    def update(self, path: str, *, excluded: Excluded) -> None:
        """Bring the index up to date with one file."""
        with self._turn:
            self._opened().update(path, excluded=excluded)

    def close(self) -> None:
        """Close the index."""
        with self._turn:
            if self._repository is not None:
                self._repository.close()
                self._repository = None

    def _find(self, look: Look) -> tuple[Snippet, ...]:
        settings = self._settings
        seen = SourceInput(
            document=look.document,
            path=look.path,
            place=look.place
            or place(look.document.text.lines, look.cursor.line, look.cursor.column),
            opened=look.opened,
            edits=[
                edit for before, after in look.changed for edit in reversed(edits_of(before, after))
            ][:_MOST_EDITS],
            repository=self._opened(),
            until=time.monotonic() + settings.search_ms / 1e3,
        )
        return assemble(seen, settings.sources, min_share=settings.min_share)

    def _opened(self) -> Repository:
        if self._store is None and self._repository is not None and self._repository.dropped:
            self._repository.close()
            self._repository = None
        if self._repository is None:
            store = self._store
            if store is None and self.root is not None:
                store = Store(file_for(self.root))
            self._repository = Repository(
                self.root, store, most_bytes=self._settings.max_file_kib * 1_024
            )
        return self._repository
