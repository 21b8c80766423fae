"""The open documents, as the editor has them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from lsprotocol import types

from fimls.lsp.workspace_folders import linked
from fimls.text import Change, Document, Encoding, Text, changed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

logger = logging.getLogger(__name__)


class Documents:
    """Uri -> the newest snapshot.

    Invariant: only the handlers of didOpen, didChange and didClose call the methods that change
    it, and they are synchronous, so that no request sees half of a change.
    """

    def __init__(self, *, reads_files: Callable[[], bool] = lambda: False) -> None:
        """Start without documents; links are only followed where the files are on this machine."""
        self._reads_files = reads_files
        self._documents: dict[str, Document] = {}
        self._ready: tuple[object, Document | None, Document] | None = None
        self._lost: dict[str, str] = {}
        """Uri -> language of those that are open in the editor, with a text that is not known."""

    def get(self, uri: str) -> Document | None:
        """Return the newest snapshot; a request whose snapshot is no longer this one is stale."""
        return self._documents.get(uri)

    def all(self) -> tuple[Document, ...]:
        """Return the newest snapshot of every document."""
        return tuple(self._documents.values())

    def others(self, uri: str) -> tuple[Document, ...]:
        """Return the other documents, the one that was opened last first."""
        return tuple(each for each in reversed(self._documents.values()) if each.uri != uri)

    def prepare(
        self,
        params: types.DidOpenTextDocumentParams | types.DidChangeTextDocumentParams,
        encoding: Encoding,
    ) -> None:
        """Do in a thread what takes long of opening or changing a document.

        Nothing is changed by it: the next call of `open` or `change` for these parameters is quick.
        """
        if isinstance(params, types.DidOpenTextDocumentParams):
            self._ready = params.text_document, None, self._opened(params.text_document)
        elif (before := self._documents.get(params.text_document.uri)) is not None:
            text = _after(before.text, params.content_changes, encoding)
            after = before.edit(text, version=params.text_document.version)
            self._ready = params.content_changes, before, after

    def open(self, item: types.TextDocumentItem) -> None:
        """Take a document that the editor opened."""
        self._lost.pop(item.uri, None)
        self._documents[item.uri] = self._prepared(item, None) or self._opened(item)

    def _prepared(self, of: object, before: Document | None) -> Document | None:
        """Return what `prepare` made, if it was for this."""
        ready, self._ready = self._ready, None
        return ready[2] if ready is not None and ready[0] is of and ready[1] is before else None

    def change(
        self,
        identifier: types.VersionedTextDocumentIdentifier,
        changes: Sequence[types.TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> None:
        """Apply an editor's changes; each one's range is meant in the text the last one left."""
        document = self._documents.get(identifier.uri) or self._found(identifier, changes)
        if document is None:
            logger.warning("The editor changed a document that is not open; it is ignored.")
            return
        made = self._prepared(changes, document)
        if made is None:
            text = _after(document.text, changes, encoding)
            made = document.edit(text, version=identifier.version)
        self._documents[identifier.uri] = made

    def lose(self, uri: str, language_id: str | None = None) -> None:
        """Forget the text of an open document until the editor sends all of it.

        The language is given where the message that opened it could not be read.
        """
        document = self._documents.pop(uri, None)
        if language_id is None and document is not None:
            language_id = document.language_id
        if language_id is not None:
            self._lost[uri] = language_id

    def close(self, uri: str) -> None:
        """Forget a document."""
        self._documents.pop(uri, None)
        self._lost.pop(uri, None)

    def _found(
        self,
        identifier: types.VersionedTextDocumentIdentifier,
        changes: Sequence[types.TextDocumentContentChangeEvent],
    ) -> Document | None:
        """Return a lost document without text, if its whole text comes now."""
        if not changes or isinstance(changes[0], types.TextDocumentContentChangePartial):
            return None
        language_id = self._lost.pop(identifier.uri, None)
        if language_id is None:
            return None
        item = types.TextDocumentItem(identifier.uri, language_id, identifier.version, text="")
        return self._opened(item)

    def _opened(self, item: types.TextDocumentItem) -> Document:
        return Document(
            uri=item.uri,
            language_id=item.language_id,
            version=item.version,
            text=Text.parse(item.text),
            real_path=linked(item.uri) if self._reads_files() else "",
        )


def _after(
    text: Text, changes: Sequence[types.TextDocumentContentChangeEvent], encoding: Encoding
) -> Text:
    """Return the text that changes leave."""
    edits = list[Change]()
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            edits.append(_edit(change))
        else:
            text, edits = Text.parse(change.text), []
    return changed(text, edits, encoding)


def _edit(change: types.TextDocumentContentChangePartial) -> Change:
    start, end = change.range.start, change.range.end
    return Change((start.line, start.character), (end.line, end.character), change.text)
