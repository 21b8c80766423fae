"""What the word that is being typed will want of other files, read by the engine before it ends.

Behind ``load_prices`` most people go on with ``(``: the snippets for that are looked for while the
word is typed, and the engine reads them behind all other work, so that the first request behind the
mark has them and finds them in the cache.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fimls.context import Snippet
    from fimls.context.cursor_site import Place
    from fimls.text import Document, Point

SHORTEST = 3
"""Characters of a word that is looked for."""

Find = Callable[["Document", "Point"], Awaitable["tuple[str, tuple[Snippet, ...]]"]]
"""Finds what may help once the word before a cursor ends, and the mark that ends it."""

Read = Callable[["Document", "Point", "tuple[Snippet, ...]"], Awaitable[None]]
"""Returns when the engine has read what a prompt with snippets adds."""


class _Word(NamedTuple):
    uri: str
    line: int
    name: str


class ExpectedSnippets:
    """The snippets for the word that one editor's user types; the newest word counts."""

    def __init__(self, find: Find, read: Read) -> None:
        """Nothing is expected yet."""
        self._find, self._read = find, read
        self._word: _Word | None = None
        self._ready: tuple[str, tuple[Snippet, ...]] = "", ()
        self._task: asyncio.Task[None] | None = None

    def typing(self, document: Document, cursor: Point, here: Place) -> None:
        """Look for what the word before the cursor will want, unless that was done."""
        word = _Word(document.uri, here.line, here.word)
        if len(here.word) < SHORTEST or word == self._word:
            return
        self._word, self._ready = word, ("", ())
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.ensure_future(self._run(document, cursor))

    def ready(self, uri: str, here: Place) -> tuple[Snippet, ...]:
        """Return what the engine has read for this place, if the word before it was expected."""
        mark, snippets = self._ready
        return snippets if self._word == (uri, here.line, here.name) and mark == here.mark else ()

    async def aclose(self) -> None:
        """End what runs."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, document: Document, cursor: Point) -> None:
        mark, found = await self._find(document, cursor)
        if found:
            await self._read(document, cursor, found)
            self._ready = mark, found
