"""pygls' protocol with three gaps closed.

What a request is read against, whether an answer is still good for it, answers to broken requests.
"""

from __future__ import annotations

import contextvars
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import attrs
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

from fimls.errors import FimlsError
from fimls.lsp.asked import Asked
from fimls.lsp.declined import Declined, moved
from fimls.lsp.proto import from_completion, from_inline_completion

if TYPE_CHECKING:
    from fimls.completion import Query
    from fimls.lsp.server import FimServer


class FimProtocol(LanguageServerProtocol):
    """Dispatches messages."""

    _server: FimServer  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Nothing has been asked yet."""
        super().__init__(*args, **kwargs)
        self._asked: dict[Any, Query] = {}
        self.unanswered: set[Any] = set()
        """Ids of the editor's requests that have no answer yet."""

    def handle_message(self, message: Any) -> None:
        """Dispatch a message.

        Invariant: a request is read against the document as it is now. The handler's task starts
        later, when further changes may have been applied already; it is given the query.
        """
        if isinstance(message, types.InlineCompletionRequest | types.CompletionRequest):
            query: Any = self._query(message.params)
            message.params = query
            if query is not None:
                self._asked[message.id] = query
        elif isinstance(message, types.InitializeRequest):
            # What is announced depends on the client: before pygls puts it together.
            self._server.offer(message.params)
        if hasattr(message, "id") and hasattr(message, "method"):
            self.unanswered.add(message.id)
        self._dispatch(message)

    def _dispatch(self, message: Any) -> None:
        """Do what pygls' `handle_message` does, but for a tenth of what that takes.

        pygls asks what a message is with runtime-checkable protocols, and that is more work than
        most messages are.
        """
        method = getattr(message, "method", None)
        if self._shutdown or method is None or message.jsonrpc != self.VERSION:
            super().handle_message(message)
        elif hasattr(message, "id"):
            run = contextvars.copy_context().run
            run(self._handle_request, message.id, method, message.params)
        else:
            contextvars.copy_context().run(self._handle_notification, method, message.params)

    def _send_response(
        self, msg_id: Any, result: Any | None = None, error: types.ResponseError | None = None
    ) -> None:
        """Send the answer to a request.

        Invariant: a proposal is made for one text. Between the end of a handler and this moment the
        document may have moved on.
        """
        self.unanswered.discard(msg_id)
        if isinstance(result, types.CodeAction) and result.edit and self._outdated(result):
            result, error = None, moved().to_response_error()
        query = self._asked.pop(msg_id, None)
        if query is not None and result is not None:
            document = self._server.documents.get(query.document.uri)
            if document is not query.document:
                result = attrs.evolve(result, items=[])
        super()._send_response(msg_id, result, error)

    def _send_handler_result(self, future: Any, *, msg_id: Any) -> None:
        """Answer with what a handler returned or raised.

        pygls logs every exception with its traceback; what is `Declined` is an ordinary answer.
        """
        declined = None if future.cancelled() else future.exception()
        if isinstance(declined, FimlsError):
            self._request_futures.pop(msg_id, None)
            error = declined if isinstance(declined, Declined) else Declined(str(declined))
            self._send_response(msg_id, error=error.to_response_error())
        else:
            super()._send_handler_result(future, msg_id=msg_id)

    def _outdated(self, action: types.CodeAction) -> bool:
        """Whether a resolved action's document is no longer the one that it was made for."""
        asked = Asked.of(action.data)
        document = self._server.documents.get(asked.uri)
        return document is None or document.version != asked.version

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

    def get_message_type(  # pyright: ignore[reportIncompatibleVariableOverride]
        self, method: str
    ) -> type[Any] | None:
        """Return LSP's type of a method's message.

        pygls remembers it for each server, and with it the newest servers: for ever, in a process
        that has one for each editor.
        """
        return types.METHOD_TO_TYPES.get(method, (None,))[0]

    def get_result_type(  # pyright: ignore[reportIncompatibleVariableOverride]
        self, method: str
    ) -> type[Any] | None:
        """Return LSP's type of the answer to a method; see `get_message_type`."""
        return types.METHOD_TO_TYPES.get(method, (None, None))[1]

    def _query(self, params: types.InlineCompletionParams | types.CompletionParams) -> Query | None:
        uri, documents = params.text_document.uri, self._server.documents
        document = documents.get(uri)
        if document is None:
            return None
        encoding = self._server.features.encoding
        if isinstance(params, types.CompletionParams):
            query = from_completion(params, document, encoding)
        else:
            query = from_inline_completion(params, document, encoding)
        return replace(query, others=documents.others(uri))
