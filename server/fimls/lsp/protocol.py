"""pygls' protocol, with two gaps closed: snapshots at dispatch, and answers to broken requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

from fimls.lsp.proto import from_inline_completion

if TYPE_CHECKING:
    from fimls.completion import Query
    from fimls.lsp.server import FimServer


class FimProtocol(LanguageServerProtocol):
    """Dispatches messages."""

    _server: FimServer  # pyright: ignore[reportIncompatibleVariableOverride]

    def handle_message(self, message: Any) -> None:
        """Dispatch a message.

        Invariant: a request is read against the document as it is now. The handler's task starts
        later, when further changes may have been applied already; it is given the query.
        """
        if isinstance(message, types.InlineCompletionRequest):
            query: Any = self._query(message.params)
            message.params = query
        super().handle_message(cast("Any", message))

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Return the message that a JSON object stands for; called for nested objects too.

        Invariant: exactly one answer per request, also when its parameters make no sense. pygls
        only leaves its message loop for them, and the client would wait for ever.
        """
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def _query(self, params: types.InlineCompletionParams) -> Query | None:
        document = self._server.documents.get(params.text_document.uri)
        if document is None:
            return None
        return from_inline_completion(params, document, self._server.features.encoding)
