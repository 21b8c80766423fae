"""What an editor says of its documents: as it is meant, or not at all.

Invariant: nothing is ever proposed for a text that the editor does not have. A change that cannot
be read makes the document unknown until its whole text comes next.
"""

from __future__ import annotations

from typing import Any, cast

from lsprotocol import types

from fimls.lsp.lenient_messages import Table, range_of, whole


class Unreadable(Exception):
    """What a message says of a document cannot be known.

    Attributes:
        uri: the document, or None where not even that is known.
        language_id: its language, if the message opened it.
    """

    def __init__(self, uri: str | None, language_id: str | None = None) -> None:
        """Name the document."""
        super().__init__("A message about a document cannot be read.")
        self.uri = uri
        self.language_id = language_id


def opened(params: object) -> types.DidOpenTextDocumentParams:
    """Read the parameters of ``didOpen``; the version and the language may be missing.

    Raises:
        Unreadable: there is no text.
    """
    item = document_of(params)
    uri, language, text = item["uri"], item.get("languageId"), item.get("text")
    language = language if isinstance(language, str) else ""
    if not isinstance(text, str):
        raise Unreadable(uri, language)
    return types.DidOpenTextDocumentParams(
        types.TextDocumentItem(uri, language, whole(item.get("version")) or 0, text)
    )


def changed(params: object, *, version: int) -> types.DidChangeTextDocumentParams:
    """Read the parameters of ``didChange``; `version` is the one before.

    What came before a whole text does not matter, so it may be unreadable. Of the parameters each
    change is let go of as it is read: JSON's form of twenty thousand takes 15 MB.

    Raises:
        Unreadable: the text after it is not known.
    """
    item = document_of(params)
    changes = cast("Table", params).get("contentChanges")
    if not isinstance(changes, list):
        raise Unreadable(item["uri"])
    identifier = types.VersionedTextDocumentIdentifier(_next(item, version), item["uri"])
    read: list[types.TextDocumentContentChangeEvent] = []
    remaining = _from_last_whole_text(cast("list[Any]", changes))
    cast("Table", params)["contentChanges"] = []
    while remaining:
        change = remaining.pop()
        table = cast("Table", change) if isinstance(change, dict) else {}
        text, where = table.get("text"), table.get("range")
        if not isinstance(text, str):
            raise Unreadable(item["uri"])
        if where is None:
            read.append(types.TextDocumentContentChangeWholeDocument(text))
        elif (span := range_of(where)) is not None:
            read.append(types.TextDocumentContentChangePartial(_range(span), text))
        else:
            raise Unreadable(item["uri"])
    return types.DidChangeTextDocumentParams(identifier, read)


def document_of(params: object) -> Table:
    """Return the description of the document that a message is about.

    Raises:
        Unreadable: there is none.
    """
    item = cast("Table", params).get("textDocument") if isinstance(params, dict) else None
    if not isinstance(item, dict) or not isinstance(cast("Table", item).get("uri"), str):
        raise Unreadable(None)
    return cast("Table", item)


def _from_last_whole_text(changes: list[Any]) -> list[Any]:
    """Return the changes from the last one that has a whole text, the last of them first."""
    for number in range(len(changes) - 1, -1, -1):
        change = changes[number]
        if isinstance(change, dict) and cast("Table", change).get("range") is None:
            return changes[: number - 1 if number else None : -1]
    return changes[::-1]


def _next(item: Table, version: int) -> int:
    told = whole(item.get("version"))
    return min(version + 1, 2**31 - 1) if told is None else told


def _range(table: Table) -> types.Range:
    start, end = table["start"], table["end"]
    return types.Range(
        types.Position(start["line"], start["character"]),
        types.Position(end["line"], end["character"]),
    )
