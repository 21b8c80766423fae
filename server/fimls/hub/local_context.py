"""What other files have for the cursor, found at the editor's side of a hub, which reads no file.

The index is this machine's, and what is found goes along as a notification (`fimls.lsp.context`),
a few snippets at a time: the hub has them before the request that needs them, or does without.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fimls.hub.hub_messages import Message
from fimls.hub.session_replay import SessionReplay

if TYPE_CHECKING:
    from fimls.context import Snippet
    from fimls.context.edits import EditHistory
    from fimls.lsp.configuration import Configuration
    from fimls.lsp.indexing import Indexing
    from fimls.lsp.snippet_search import SnippetSearch
    from fimls.text import Document, Point

_WITH_CURSOR = frozenset(
    ("textDocument/inlineCompletion", "textDocument/completion", "fimls/didMoveCursor")
)
"""Messages that tell where the cursor is."""

_MOST_CHANGES = 50

logger = logging.getLogger(__name__)


class LocalContext:
    """Follows what an editor says, and sends what is found for it.

    Invariant: whatever goes wrong here, the messages go on as without it.
    """

    def __init__(
        self, remembered: SessionReplay, send: Callable[[Message], Awaitable[None]], user_file: Path
    ) -> None:
        """Nothing is looked for before the editor is let in.

        Args:
            remembered: has the editor's documents.
            send: sends a message to the hub, if there is one.
            user_file: this user's settings: what they exclude is not looked at.
        """
        self._remembered = remembered
        self._send = send
        self._user_file = user_file
        self._parts: _Parts | None = None
        self._beginning: asyncio.Task[None] | None = None
        self._sent: dict[str, tuple[Snippet, ...]] = {}

    def said(self, message: Message) -> None:
        """Take note of a message from the editor, behind `SessionReplay.sent`."""
        try:
            self._take(str(message.get("method")), message.get("params"))
        except Exception as error:  # the hub says what is wrong with a message
            logger.debug("Nothing is looked for: %s", type(error).__name__)

    async def aclose(self) -> None:
        """End what runs."""
        if self._beginning is not None:
            self._beginning.cancel()
            await asyncio.gather(self._beginning, return_exceptions=True)
        if self._parts is not None:
            await self._parts.looking.aclose()
            await self._parts.indexing.aclose()

    def _take(self, method: str, params: Any) -> None:
        if method == "initialized" and self._beginning is None:
            self._beginning = asyncio.ensure_future(self._begin())
        parts = self._parts
        if parts is None:
            return
        if method == "workspace/didChangeConfiguration":
            parts.configuration.set_editor(params["settings"])
        elif method == "textDocument/didSave":
            parts.looking.update(params["textDocument"]["uri"])
        elif method == "workspace/didChangeWatchedFiles":
            for change in params["changes"][:_MOST_CHANGES]:
                parts.looking.update(change["uri"])
        elif method == "textDocument/didClose":
            parts.looking.forget(params["textDocument"]["uri"])
            self._sent.pop(params["textDocument"]["uri"], None)
        elif method in ("textDocument/didOpen", "textDocument/didChange"):
            self._changed(parts, params["textDocument"]["uri"])
        elif method in _WITH_CURSOR:
            document = self._remembered.document(params["textDocument"]["uri"])
            if document is not None:
                place, encoding = params["position"], self._remembered.encoding
                cursor = document.text.point(place["line"], place["character"], encoding)
                parts.looking.look(document, cursor)

    async def _begin(self) -> None:
        """Import what is needed, which takes a while, and take up what was said meanwhile."""
        initialize = cast("Message", (self._remembered.initialize or {}).get("params") or {})
        try:
            parts = await asyncio.to_thread(_parts, initialize, self._user_file)
        except Exception as error:
            logger.warning("Nothing of other files is shown: %s.", type(error).__name__)
            return
        from fimls.lsp.snippet_search import SnippetSearch

        parts.looking = SnippetSearch(
            parts.configuration,
            self._remembered.documents,
            parts.history,
            self._found,
            reads_files=lambda: True,
        )
        parts.indexing.ended = parts.looking.files_changed
        self._parts = parts
        for document in self._remembered.documents():
            self._changed(parts, document.uri)

    def _changed(self, parts: _Parts, uri: str) -> None:
        document = self._remembered.document(uri)
        if document is None:
            return
        parts.history.changed(parts.before.get(uri), document, now=time.monotonic())
        parts.before[uri] = document
        parts.looking.changed(uri)
        if (root := parts.looking.root_of(uri)) is not None:
            parts.indexing.want(root, parts.configuration.of(uri))

    async def _found(
        self, document: Document, cursor: Point, snippets: tuple[Snippet, ...]
    ) -> None:
        from fimls.lsp.context import notification

        if self._sent.get(document.uri, ()) == snippets:
            return
        self._sent[document.uri] = snippets
        units = document.text.units(cursor, self._remembered.encoding)
        await self._send(notification(document.uri, cursor.line, units, snippets))


class _Parts:
    looking: SnippetSearch

    def __init__(
        self, configuration: Configuration, history: EditHistory, indexing: Indexing
    ) -> None:
        self.configuration = configuration
        self.history = history
        self.indexing = indexing
        self.before: dict[str, Document] = {}


def _parts(initialize: Message, user_file: Path) -> _Parts:
    from fimls.context.edits import EditHistory
    from fimls.lsp.configuration import Configuration
    from fimls.lsp.indexing import Indexing
    from fimls.lsp.snippet_search import SnippetSearch
    from fimls.lsp.workspace_folders import paths_of

    assert SnippetSearch  # imported in this thread, not in the loop's
    configuration = Configuration(user_file)
    folders = initialize.get("workspaceFolders") or ()
    uris = [each["uri"] for each in folders] or [initialize.get("rootUri") or ""]
    configuration.start(initialize.get("initializationOptions"), paths_of(uris))
    return _Parts(configuration, EditHistory(), Indexing(lambda root: lambda done, of: None))
