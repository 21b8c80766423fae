"""pygls' protocol with its gaps closed.

What may come when, what is read of it and against what, whether an answer is still good for it, and
answers to broken requests.
"""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
from cattrs.errors import BaseValidationError
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import JsonRPCNotification, JsonRPCRequestMessage

from fimls.errors import FimlsError
from fimls.logs.redaction import hide_in
from fimls.lsp.document_sync import Unreadable, changed, document_of, opened
from fimls.lsp.lenient_messages import mended
from fimls.lsp.message_parsing import error_of, fault_of, structured
from fimls.lsp.request_errors import RequestError, moved
from fimls.lsp.resolve_data import ResolveData
from fimls.lsp.server_interface import Server
from fimls.lsp.trigger_kinds import TriggerKinds
from fimls.lsp.type_conversion import ActionsAsked, from_completion, from_inline_completion

if TYPE_CHECKING:
    from fimls.completion import Query


logger = logging.getLogger(__name__)

_TEXT_NOTIFICATIONS = (
    types.DidOpenTextDocumentNotification,
    types.DidChangeTextDocumentNotification,
)


class FimProtocol(LanguageServerProtocol):
    """Dispatches messages."""

    _server: Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Nothing has been asked yet."""
        super().__init__(*args, **kwargs)
        self._asked: dict[Any, Query] = {}
        self._initialized = False
        self._kinds = TriggerKinds()
        self.unanswered: set[Any] = set()
        """Ids of the editor's requests that have no answer yet."""

    def refuse_all(self, error: FimlsError) -> None:
        """Tell the editor, and who uses it, why nothing more is read."""
        self._server.warn(f"fimls: {error}")
        self.refuse(None, types.ErrorCodes.ParseError, str(error))

    def prepare(self, message: dict[str, Any]) -> Callable[[], Any]:
        """Read a message in a thread, for `take`; nothing is changed and nobody is answered.

        The editor's next message must wait: what this one means depends on those before it.
        """
        try:
            read = self._read(str(message.get("method")), message)
            if isinstance(read, _TEXT_NOTIFICATIONS):
                self._server.documents.prepare(read.params, self._server.features.encoding)
        except Exception as error:
            return partial(_raise, error)
        return lambda: read

    def take(self, message: Any, prepared: Callable[[], Any] | None = None) -> bool:
        """Handle a message as JSON has it; returns whether it could be read.

        What `prepare` made of it is handed on, if it was called. Invariant: exactly one answer per
        request, whatever is in it and whenever it comes.
        """
        if (fault := fault_of(message)) is not None:
            self.refuse(None, types.ErrorCodes.InvalidRequest, fault)
            return False
        method, ident = message.get("method"), message.get("id")
        if method is None:
            return self._take_answer(message)
        if (refusal := self._refusal(method, ident)) is not None:
            if ident is not None:
                self.refuse(ident, *refusal)
            return True
        if ident is not None:
            self.unanswered.add(ident)
        try:
            self.handle_message(prepared() if prepared else self._read(method, message))
        except Unreadable as unreadable:
            self.lose(unreadable)
            return False
        except Exception as error:
            readable = not isinstance(error, BaseValidationError | KeyError | TypeError)
            self._failed(ident, method, error, readable=readable)
            return readable
        return True

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
        elif isinstance(message, types.CodeActionRequest):
            document = self._server.documents.get(message.params.text_document.uri)
            asked: Any = ActionsAsked(message.params, document)
            message.params = asked
        elif isinstance(message, types.InitializeRequest):
            # What is announced depends on the client: before pygls puts it together.
            self._server.offer(message.params)
            self._initialized = True
        # What pygls' own `handle_message` does, for a tenth of what that takes: it asks what a
        # message is with runtime-checkable protocols, and that is more work than most messages are.
        run, params = contextvars.copy_context().run, getattr(message, "params", None)
        if hasattr(message, "id"):
            run(self._handle_request, message.id, message.method, params)
        else:
            run(self._handle_notification, message.method, params)

    def _refusal(self, method: str, ident: Any) -> tuple[int, str] | None:
        """Return why a message is not taken now: LSP says what may come when."""
        if method == types.EXIT:
            return None
        if ident in self.unanswered:
            return types.ErrorCodes.InvalidRequest, "Another request with this id is not answered."
        if self._shutdown:
            return types.ErrorCodes.InvalidRequest, "The server was shut down."
        if not self._initialized and method != types.INITIALIZE:
            return types.ErrorCodes.ServerNotInitialized, "The first request must be initialize."
        if self._initialized and method == types.INITIALIZE:
            return types.ErrorCodes.InvalidRequest, "The server is initialized already."
        return None

    def _read(self, method: str, message: dict[str, Any]) -> Any:
        """Return the message that a JSON object stands for."""
        params = message.get("params")
        if method == types.TEXT_DOCUMENT_DID_OPEN:
            return types.DidOpenTextDocumentNotification(opened(params))
        if method == types.TEXT_DOCUMENT_DID_CHANGE:
            uri = document_of(params)["uri"]
            before = self._server.documents.get(uri)
            read = changed(params, version=before.version if before else 0)
            return types.DidChangeTextDocumentNotification(read)
        if method in (types.INITIALIZE, types.WORKSPACE_DID_CHANGE_CONFIGURATION):
            hide_in(params)
        params = mended(method, params, self._kinds)
        kind = self.get_message_type(method)
        if kind is None and "id" in message:
            return JsonRPCRequestMessage(message["id"], method, self.VERSION, params)
        if kind is None:
            return JsonRPCNotification(method, self.VERSION, params)
        data = {**message, "jsonrpc": self.VERSION, "params": params}
        return structured(data, kind, self._converter)

    def _take_answer(self, message: dict[str, Any]) -> bool:
        """Hand an answer to whoever asked; one that cannot be read is an answer too."""
        ident, error = message["id"], message.get("error")
        future = self._request_futures.pop(ident, None)
        kind = self._result_types.pop(ident, None)
        if future is None or future.done():
            logger.debug("An answer came to a question that nobody asked.")
            return True
        if kind is types.ConfigurationResponse:
            hide_in(message.get("result"))
        try:
            if error is not None:
                raise JsonRpcException.from_error(error_of(error))
            answer = {**message, "jsonrpc": self.VERSION, "result": message.get("result")}
            answer.pop("error", None)
            result = structured(answer, kind, self._converter).result if kind else answer["result"]
        except JsonRpcException as refusal:
            future.set_exception(refusal)
        except Exception:
            future.set_exception(JsonRpcException("The editor's answer cannot be read."))
        else:
            future.set_result(result)
        return True

    def lose(self, unreadable: Unreadable) -> None:
        """Forget a document's text until all of it comes next."""
        logger.warning("A message about a document cannot be read; its next whole text is awaited.")
        if unreadable.uri is not None:
            self._server.documents.lose(unreadable.uri, unreadable.language_id)

    def _failed(self, ident: Any, method: str, error: Exception, *, readable: bool) -> None:
        """Answer a request, or note that a notification is not taken."""
        name = type(error).__name__
        if readable:
            logger.error("A message from the editor failed (%s): please report it.", name)
        else:
            logger.warning("A message from the editor has other parameters than LSP's: %s.", name)
        logger.debug("Its method is %s; it failed because:", method, exc_info=error)
        if ident in self.unanswered:
            code = types.ErrorCodes.InternalError if readable else types.ErrorCodes.InvalidParams
            says = "The request failed." if readable else "The parameters are not as LSP has them."
            self._send_response(ident, error=types.ResponseError(int(code), says))

    def refuse(self, ident: Any, code: int, sentence: str) -> None:
        """Answer what is not a request that could be handled; its id may be another one's."""
        if ident is None:
            logger.warning("%s", sentence)
        error = {"code": int(code), "message": sentence}
        self._send_data({"jsonrpc": self.VERSION, "id": ident, "error": error})

    def _send_response(
        self, msg_id: Any, result: Any | None = None, error: types.ResponseError | None = None
    ) -> None:
        """Send the answer to a request.

        Invariant: a suggestion is made for one text. Between the end of a handler and this moment
        the document may have moved on.
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

        pygls logs every exception with its traceback; what is `RequestError` is an ordinary answer.
        """
        declined = None if future.cancelled() else future.exception()
        if isinstance(declined, FimlsError):
            self._request_futures.pop(msg_id, None)
            error = declined if isinstance(declined, RequestError) else RequestError(str(declined))
            self._send_response(msg_id, error=error.to_response_error())
        else:
            super()._send_handler_result(future, msg_id=msg_id)

    def _outdated(self, action: types.CodeAction) -> bool:
        """Whether a resolved action's document is no longer the one that it was made for."""
        asked = ResolveData.of(action.data)
        document = self._server.documents.get(asked.uri)
        return document is None or document.version != asked.version

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


def _raise(error: Exception) -> Any:
    raise error
