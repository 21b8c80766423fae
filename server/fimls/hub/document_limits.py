"""What one editor may keep open: counted before a message is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from fimls.settings import HubSettings
from fimls.text import weight_of


class DocumentLimits:
    """The sizes in memory of one editor's open documents; an upper bound while they are edited."""

    def __init__(
        self, settings: HubSettings, measure: Callable[[], Iterable[tuple[str, int]]]
    ) -> None:
        """None is open; `measure` returns uri and size of those that are, for when it matters."""
        self._settings = settings
        self._measure = measure
        self._sizes: dict[str, int] = {}

    def refusal(self, message: Mapping[str, Any]) -> str | None:
        """Return why a notification is not taken, or None; what is taken is counted.

        A message that is not as LSP has it is left for others to refuse.
        """
        if self._look(message) is None:
            return None
        self._sizes = dict(self._measure())  # what was deleted was not taken off
        return self._look(message)

    def _look(self, message: Mapping[str, Any]) -> str | None:
        method, params = message.get("method"), message.get("params")
        if not isinstance(params, dict):
            return None
        document = cast("dict[str, Any]", params).get("textDocument")
        uri = cast("dict[str, Any]", document).get("uri") if isinstance(document, dict) else None
        if not isinstance(uri, str):
            return None
        if method == "textDocument/didOpen":
            return self._open(uri, weight_of(str(cast("dict[str, Any]", document).get("text"))))
        if method == "textDocument/didChange" and uri in self._sizes:
            return self._change(uri, cast("dict[str, Any]", params).get("contentChanges"))
        if method == "textDocument/didClose":
            self._sizes.pop(uri, None)
        return None

    def _open(self, uri: str, size: int) -> str | None:
        if uri not in self._sizes and len(self._sizes) >= self._settings.documents:
            return (
                f"More than {self._settings.documents} documents are open: there are no completions"
                " in further ones until some are closed."
            )
        return self._set(uri, size)

    def _change(self, uri: str, changes: Any) -> str | None:
        size = self._sizes[uri]
        for change in cast("list[Any]", changes) if isinstance(changes, list) else ():
            if isinstance(change, dict):
                table = cast("dict[str, Any]", change)
                length = weight_of(str(table.get("text")))
                size = size + length if "range" in table else length
        return self._set(uri, size)

    def _set(self, uri: str, size: int) -> str | None:
        others = sum(self._sizes.values()) - self._sizes.get(uri, 0)
        most = self._settings.document_bytes
        if others + size > most:
            return (
                f"The open documents are larger than this hub takes ({most:,} bytes together,"
                " 65 for each line): there are no completions in the last one; close large ones."
            )
        self._sizes[uri] = size
        return None
