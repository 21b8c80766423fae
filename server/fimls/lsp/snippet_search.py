"""Looking for snippets while somebody types: when it can matter, beside everything else.

It is looked for when the cursor comes behind another ``name(`` or ``name.``, never at each key; one
look of an editor at a time, in a thread, and the newest one counts. A file that changed before the
look is in the index before it, and one that changes later has the last place looked at once more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from fimls.completion.exclusions import excluded, excluded_file
from fimls.context.cursor_site import place
from fimls.lsp.workspace_folders import path_of

if TYPE_CHECKING:
    from fimls.context import Snippet
    from fimls.context.edits import EditHistory
    from fimls.context.finder import Finder, Look
    from fimls.lsp.configuration import Configuration
    from fimls.settings import ContextSettings, Settings
    from fimls.text import Document, Point

Give = Callable[["Document", "Point", "tuple[Snippet, ...]"], Awaitable[None]]
"""Takes what was found for a cursor; nothing where what was found there is there no more."""

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
        self._last: tuple[Document, Point] | None = None
        self._task: asyncio.Task[None] | None = None
        self._updates: set[asyncio.Task[None]] = set()

    def look(self, document: Document, cursor: Point) -> None:
        """Look for snippets for this cursor, if there may be others than at the last one."""
        settings = self._configuration.of(document.uri)
        if not settings.context.enabled or not settings.context.tokens:
            return
        here = place(document.text.lines, cursor.line, cursor.column)
        if not here.mark or self._looked.get(document.uri) == here.key:
            return
        if excluded(document, settings.completion):
            return
        _remember(self._looked, document.uri, here.key)
        self._last = document, cursor
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.ensure_future(self._run(document, cursor, here.key, settings))

    def again(self, *, but: str = "") -> None:
        """Look anew where it was looked before, when it is asked: there may be other things."""
        self._looked = {uri: key for uri, key in self._looked.items() if uri == but}

    def files_changed(self) -> None:
        """Look anew at once where it was looked last, if the cursor may still be there."""
        self.again()
        if self._last is not None and any(self._last[0] is each for each in self._documents()):
            self.look(*self._last)

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
        self._looked.pop(uri, None)
        self._gave.pop(uri, None)
        self._history.closed(uri)

    async def aclose(self) -> None:
        """End what runs and close the indexes."""
        self._last = None
        tasks = [*filter(None, [self._task]), *self._updates]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for _, finder in self._finders.values():
            await asyncio.to_thread(finder.close)

    async def _run(
        self, document: Document, cursor: Point, key: object, settings: Settings
    ) -> None:
        if self._updates:
            await asyncio.wait({*self._updates})
        root = self.root_of(document.uri)
        finder, look = self._finder(root, settings), self._look(document, cursor, root, settings)
        try:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(_threads(), finder.find, look)
        except Exception as error:  # an index that cannot be read is no reason to stop anybody
            logger.warning("Nothing of other files is shown: %s.", type(error).__name__)
            logger.debug("It failed because:", exc_info=error)
            return
        if found:
            _remember(self._gave, document.uri, key)
        elif self._gave.pop(document.uri, None) != key:
            return  # what was found elsewhere stays while one is near it
        await self._give(document, cursor, found)

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
        self, document: Document, cursor: Point, root: Path | None, settings: Settings
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
            and not excluded_file(each.uri, each.language_id, settings.completion)
        ]
        uris = {document.uri, *(each.uri for each in readable)}
        return Look(
            document=document,
            path=path(document.uri),
            cursor=cursor,
            opened=[Open(path=path(each.uri), document=each) for each in readable[:_MOST_OPEN]],
            changed=[each for each in self._history.snapshots() if each[1].uri in uris],
        )


_LONGEST_NAME = 200
_MOST_OPEN = 16
"""Open documents that are looked at: those that were opened last."""


def is_repository(folder: Path) -> bool:
    """Whether a folder is one to index: neither a whole disk nor somebody's home."""
    return folder != folder.parent and folder not in (Path.home(), Path.home().parent)


def excluding(settings: Settings) -> Callable[[str, str], bool]:
    """Return what says whether a file, by its path and language, is sent nowhere."""
    return lambda path, language_id: excluded_file(f"/{path}", language_id, settings.completion)


def _remember(known: dict[str, object], uri: str, key: object) -> None:
    known.pop(uri, None)
    known[uri] = key
    if len(known) > _MOST_REMEMBERED:
        del known[next(iter(known))]


@cache
def _threads() -> ThreadPoolExecutor:
    """Return the threads in which it is looked, for all editors of this process."""
    return ThreadPoolExecutor(2, "fimls-context")
