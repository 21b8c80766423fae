"""Looking for snippets while somebody types: when it can matter, beside everything else.

It is looked for when the cursor comes behind another ``name(`` or ``name.``, and on a new line near
the last one, never at each key; one look of an editor at a time, in a thread, and the newest one
counts. A file that changed before the look is in the index before it, and when one changes later,
or another document is edited, the last places are looked at once more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from fimls.completion.exclusions import excluded
from fimls.context.cursor_site import Place, near, place
from fimls.lsp.indexed_files import excluding, is_repository
from fimls.lsp.workspace_folders import path_of

if TYPE_CHECKING:
    from fimls.context import Snippet
    from fimls.context.edits import EditHistory
    from fimls.context.finder import Finder, Look
    from fimls.lsp.configuration import Configuration
    from fimls.settings import ContextSettings, Settings
    from fimls.text import Document, Point

T = TypeVar("T")

Give = Callable[["Document", "Point", "tuple[Snippet, ...]"], Awaitable[None]]
"""Takes what was found for a cursor; nothing where what was found there is there no more."""

PAUSE_S = 0.5
"""How long nobody edits before it is looked once more what the edits changed elsewhere."""

_MOST_AGAIN = 4
"""Documents whose last places are looked at once more."""

_MOST_REMEMBERED = 64
"""Documents of which it is remembered where it was looked last."""

logger = logging.getLogger(__name__)


class SnippetSearch:
    """Looks for snippets for the documents of one editor.

    Invariant: no document that is excluded is looked at, nor is anything looked for in it.
    """

    def __init__(
        self,
        configuration: Configuration,
        documents: Callable[[], Iterable[Document]],
        history: EditHistory,
        give: Give,
        *,
        reads_files: Callable[[], bool],
    ) -> None:
        """Nothing is looked for yet.

        Args:
            configuration: the settings and the folders.
            documents: returns those that are open, the one that was opened last last.
            history: what was changed.
            give: takes what is found.
            reads_files: whether the editor's files are on this machine.
        """
        self._configuration = configuration
        self._documents = documents
        self._history = history
        self._give = give
        self._reads_files = reads_files
        self._finders: dict[Path | None, tuple[ContextSettings, Finder]] = {}
        self._looked: dict[str, object] = {}
        self._gave: dict[str, object] = {}
        self._last: dict[str, tuple[Point, Place]] = {}
        self._task: asyncio.Task[None] | None = None
        self._again: asyncio.Task[None] | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._updates: set[asyncio.Task[None]] = set()

    def look(self, document: Document, cursor: Point) -> None:
        """Look for snippets for this cursor, if there may be others than at the last one."""
        settings = self._configuration.of(document.uri)
        if not settings.context.enabled or not settings.context.tokens:
            return
        here = place(document.text.lines, cursor.line, cursor.column)
        again = None if here.mark else self._on_new_line(document, cursor, here)
        here = again or here
        if not here.mark or self._looked.get(document.uri) == here.key:
            return
        if excluded(document, settings.completion):
            return
        _remember(self._looked, document.uri, here.key)
        if again is None:
            _remember(self._last, document.uri, (cursor, here))
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.ensure_future(self._run(document, cursor, here, settings))

    async def expect(self, document: Document, cursor: Point) -> tuple[str, tuple[Snippet, ...]]:
        """Return what may help once the word before the cursor ends, and the mark that ends it."""
        settings = self._configuration.of(document.uri)
        wanted = settings.context.enabled and settings.context.tokens
        if not wanted or excluded(document, settings.completion):
            return "", ()
        finder, look = await self._prepared(document, cursor, None, settings)
        return await asyncio.get_running_loop().run_in_executor(_threads(), finder.expect, look)

    def changed(self, uri: str) -> None:
        """Look anew where it was looked before, once the editing pauses: there may be others."""
        self._looked = {other: key for other, key in self._looked.items() if other == uri}
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        if self._last:
            self._pause = asyncio.get_running_loop().call_later(PAUSE_S, self._look_again)

    def files_changed(self) -> None:
        """Look anew at once where it was looked before: there may be other things."""
        self._looked.clear()
        self._look_again()

    def root_of(self, uri: str) -> Path | None:
        """Return the folder whose index has a document, or None."""
        settings = self._configuration.of(uri).context
        path = path_of(uri) if self._reads_files() else None
        folder = self._configuration.folder_of(uri)
        if path is None or folder is None or not (settings.enabled and settings.index):
            return None
        return folder if path.is_relative_to(folder) and is_repository(folder) else None

    def update(self, uri: str) -> None:
        """Bring the index up to date with a file that was saved, made or deleted."""
        root, path = self.root_of(uri), path_of(uri)
        if root is None or path is None:
            return
        settings = self._configuration.of(uri)
        relative = path.relative_to(root).as_posix()
        finder = self._finder(root, settings)
        work = partial(finder.update, relative, excluded=excluding(settings))
        task = asyncio.ensure_future(self._in_thread(work))
        self._updates.add(task)
        task.add_done_callback(self._updated)

    def forget(self, uri: str) -> None:
        """Forget a document that was closed."""
        for known in (self._looked, self._last, self._gave):
            known.pop(uri, None)
        self._history.closed(uri)

    async def aclose(self) -> None:
        """End what runs and close the indexes."""
        self._last.clear()
        if self._pause is not None:
            self._pause.cancel()
        tasks = [*filter(None, [self._task, self._again]), *self._updates]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for _, finder in self._finders.values():
            await asyncio.to_thread(finder.close)

    def _on_new_line(self, document: Document, cursor: Point, here: Place) -> Place | None:
        """Return where it was looked last as seen from an empty line near it."""
        then, there = self._last.get(document.uri, (None, None))
        if there is None or then is None or document.uri not in self._gave:
            return None
        empty = not document.text.lines[cursor.line][: cursor.column].strip()
        if empty and here.line > then.line and near(document.text.lines, then.line, here.line):
            return replace(there, line=here.line, near=here.near)
        return None

    def _look_again(self) -> None:
        self._pause = None
        if self._again is not None:
            self._again.cancel()
        self._again = asyncio.ensure_future(self._all_again())

    async def _all_again(self) -> None:
        """Look once more at the last place of each document where the cursor may still be."""
        current = {each.uri: each for each in self._documents()}
        for uri, (cursor, before) in [*reversed(self._last.items())][:_MOST_AGAIN]:
            document, settings = current.get(uri), self._configuration.of(uri)
            if document is None or cursor.line >= len(document.text.lines):
                continue
            here = place(document.text.lines, cursor.line, cursor.column)
            if here.key == before.key and not excluded(document, settings.completion):
                await self._run(document, cursor, here, settings)

    async def _run(
        self, document: Document, cursor: Point, here: Place, settings: Settings
    ) -> None:
        finder, look = await self._prepared(document, cursor, here, settings)
        try:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(_threads(), finder.find, look)
        except Exception as error:  # an index that cannot be read is no reason to stop anybody
            logger.warning("Nothing of other files is shown: %s.", type(error).__name__)
            logger.debug("It failed because:", exc_info=error)
            return
        _, newest = self._last.get(document.uri, (None, here))
        if (newest.name, newest.mark) != (here.name, here.mark):
            return  # another look has begun since
        if found:
            _remember(self._gave, document.uri, here.key)
        elif self._gave.get(document.uri) != here.key:
            return  # what was found elsewhere stays while one is near it
        else:
            del self._gave[document.uri]
        await self._give(document, cursor, found)

    async def _prepared(
        self, document: Document, cursor: Point, here: Place | None, settings: Settings
    ) -> tuple[Finder, Look]:
        """Return what finds snippets, and what is looked for, once the index has what changed."""
        if self._updates:
            await asyncio.wait({*self._updates})
        root = self.root_of(document.uri)
        look = self._look(document, cursor, here, root, settings)
        return self._finder(root, settings), look

    def _updated(self, task: asyncio.Task[None]) -> None:
        self._updates.discard(task)
        if not self._updates and not task.cancelled():
            self.files_changed()

    async def _in_thread(self, work: Callable[[], None]) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(_threads(), work)
        except Exception as error:
            logger.warning("The index was not brought up to date: %s.", type(error).__name__)

    def _finder(self, root: Path | None, settings: Settings) -> Finder:
        from fimls.context.finder import Finder

        known = self._finders.get(root)
        if known is None or known[0] != settings.context:
            known = settings.context, Finder(root, settings.context)
            self._finders[root] = known
        return known[1]

    def _look(
        self,
        document: Document,
        cursor: Point,
        here: Place | None,
        root: Path | None,
        settings: Settings,
    ) -> Look:
        from fimls.context.finder import Look
        from fimls.context.repository import Open

        def path(uri: str) -> str:
            place = path_of(uri)
            if place is None:
                return uri.rpartition("/")[2][:_LONGEST_NAME]
            inside = root is not None and place.is_relative_to(root)
            return place.relative_to(root).as_posix() if inside and root else place.name

        readable = [
            each
            for each in reversed([*self._documents()])
            if each.uri != document.uri
            and not excluded(each, self._configuration.of(each.uri).completion)
            and not excluded(each, settings.completion)
        ]
        uris = {document.uri, *(each.uri for each in readable)}
        return Look(
            document=document,
            path=path(document.uri),
            cursor=cursor,
            opened=[Open(path=path(each.uri), document=each) for each in readable[:_MOST_OPEN]],
            changed=[each for each in self._history.snapshots() if each[1].uri in uris],
            place=here,
        )


_LONGEST_NAME = 200
_MOST_OPEN = 16
"""Open documents that are looked at: those that were opened last."""


def _remember(known: dict[str, T], uri: str, key: T) -> None:
    known.pop(uri, None)
    known[uri] = key
    if len(known) > _MOST_REMEMBERED:
        del known[next(iter(known))]


@cache
def _threads() -> ThreadPoolExecutor:
    """Return the threads in which it is looked, for all editors of this process."""
    return ThreadPoolExecutor(2, "fimls-context")
