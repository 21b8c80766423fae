"""What a hub has to be told again when it comes back: the session as the editor has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from fimls.hub.hub_messages import Message
from fimls.text import Document, Encoding, Text


class SessionReplay:
    """Follows the messages of one editor.

    Attributes:
        encoding: what positions count, as the hub answered.
        unanswered: ids of the editor's requests -> their methods.
    """

    def __init__(self) -> None:
        """Nothing was said."""
        self.encoding = Encoding.UTF16
        self.unanswered: dict[Any, str] = {}
        self._said: dict[str, Message] = {}
        self._documents: dict[str, tuple[Message, Text]] = {}
        self._snapshots: dict[str, Document] = {}

    @property
    def initialize(self) -> Message | None:
        """The editor's first message, or None while it has sent none."""
        return self._said.get("initialize")

    @property
    def starting(self) -> bool:
        """Whether the editor still waits for the answer to its first message."""
        return "initialize" in self.unanswered.values()

    @property
    def wants_status(self) -> bool:
        """Whether the editor wants to be told whether completions work."""
        try:
            capabilities = self._said["initialize"]["params"]["capabilities"]
            return capabilities["experimental"]["fimls"]["status"] is True
        except (KeyError, TypeError):
            return False

    def sent(self, message: Message) -> None:
        """Take note of a message from the editor."""
        method = message.get("method")
        if not isinstance(method, str):
            return
        if "id" in message:
            self.unanswered[message["id"]] = method
        if method in ("initialize", "initialized", "workspace/didChangeConfiguration"):
            self._said[method] = message
        elif method.startswith("textDocument/did"):
            try:
                self._document(method, message["params"])
            except (KeyError, TypeError, AttributeError, ValueError):
                return  # the hub says what is wrong with it

    def document(self, uri: str) -> Document | None:
        """Return an open document as it is now; the same object while it is the same text."""
        if uri not in self._documents:
            return None
        item, text = self._documents[uri]
        known = self._snapshots.get(uri)
        if known is None or known.text is not text:
            known = self._snapshots[uri] = Document(
                uri=uri,
                language_id=str(item.get("languageId")),
                version=item.get("version") or 0,
                text=text,
            )
        return known

    def documents(self) -> list[Document]:
        """Return the open documents, the one that was opened last last."""
        return [each for uri in self._documents if (each := self.document(uri)) is not None]

    def answered(self, message: Message) -> bool:
        """Take note of an answer; returns whether the editor waits for it."""
        if message.get("id") not in self.unanswered:
            return False
        method = self.unanswered.pop(message["id"])
        if method == "initialize":
            result: Any = message.get("result")
            try:
                self.encoding = Encoding(result["capabilities"]["positionEncoding"])
            except (KeyError, TypeError, ValueError):
                self.encoding = Encoding.UTF16
        return True

    def again(self) -> Iterator[Message]:
        """Yield what a new session is to be told after ``initialize``."""
        for method in ("initialized", "workspace/didChangeConfiguration"):
            if method in self._said:
                yield self._said[method]
        for item, text in self._documents.values():
            document = {**item, "text": str(text)}
            yield {
                "jsonrpc": "2.0",
                "method": "textDocument/didOpen",
                "params": {"textDocument": document},
            }

    def _document(self, method: str, params: Message) -> None:
        document = cast("Message", params["textDocument"])
        uri = document["uri"]
        if method == "textDocument/didOpen":
            self._documents[uri] = document, Text.parse(document["text"])
        elif method == "textDocument/didClose":
            self._documents.pop(uri, None)
            self._snapshots.pop(uri, None)
        elif method == "textDocument/didChange" and uri in self._documents:
            item, text = self._documents[uri]
            for change in params["contentChanges"]:
                text = self._changed(text, change)
            self._documents[uri] = {**item, "version": document["version"]}, text

    def _changed(self, text: Text, change: Message) -> Text:
        if "range" not in change:
            return Text.parse(change["text"])
        start, end = (
            text.point(place["line"], place["character"], self.encoding)
            for place in (change["range"]["start"], change["range"]["end"])
        )
        return text.replace(start, end, change["text"])
