"""One editor's session: its first message lets it in, and what follows goes to its own server."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from lsprotocol import types

from fimls.hub.authentication import Refused, TooManyEditors, User, token_in
from fimls.hub.document_limits import DocumentLimits
from fimls.logs import is_of
from fimls.logs.redaction import Met, are_known_in
from fimls.lsp import FimServer
from fimls.session_memo import Memories, is_in
from fimls.settings import HubSettings

UNAUTHORISED = -32_001
"""JSON-RPC code of the answer to an ``initialize`` that is not let in."""

NO_ROOM = -32_002
"""The same to one that may be let in later."""

_MOST_MISTAKES = 100
"""Messages of one connection that were none."""

_NOT_AGAIN = (types.INITIALIZE,)
"""What pygls is not handed after the beginning."""

Admit = Callable[[str | None], User]
"""Lets in whoever shows this token; raises Refused."""

MakeServer = Callable[[User, Mapping[str, Any]], FimServer]
"""Makes the server of a user from the parameters of ``initialize``."""

logger = logging.getLogger(__name__)


class EditorSession:
    """What comes in from one editor, message by message.

    Attributes:
        user: who it is, or None before it is let in.
        server: its language server, or None before it is let in.
    """

    def __init__(
        self,
        settings: HubSettings,
        *,
        admit: Admit,
        make_server: MakeServer,
        send: Callable[[bytes], None],
        close: Callable[[], None],
    ) -> None:
        """Wait for ``initialize``.

        Args:
            settings: the limits.
            admit: lets in whoever shows this token.
            make_server: makes the server of whoever was let in.
            send: takes the body of a message to the editor.
            close: ends the connection when all that was sent is on its way.
        """
        self.user: User | None = None
        self.server: FimServer | None = None
        self._settings = settings
        self._admit = admit
        self._make_server = make_server
        self._send = send
        self._close = close
        self._documents = DocumentLimits(settings, self._measured)
        self._said: set[str] = set()
        self._memories: Memories = {}
        self._secrets: Met = Met()
        self._mistakes = 0
        self._draining = False

    @property
    def busy(self) -> bool:
        """Whether the editor waits for an answer."""
        return self.server is not None and bool(self.server.protocol.unanswered)

    def drain(self) -> None:
        """Take no further requests."""
        self._draining = True

    def receive(self, body: bytes) -> None:
        """Handle the body of one message."""
        self.finish(self.begin(body))

    async def receive_long(self, body: bytes, thread: Executor) -> None:
        """Handle the body of a long message: what takes long of it is done in a thread.

        The editor's next message must wait until this one is handled.
        """
        context = copy_context()
        begun = await asyncio.get_running_loop().run_in_executor(
            thread, lambda: context.run(self.begin, body, long=True)
        )
        self.finish(begun)

    def begin(self, body: bytes, *, long: bool = False) -> _Begun:
        """Read a message; nobody is answered yet."""
        self._apart()
        try:
            message = _from_json(body) if long else json.loads(body)
        except (ValueError, RecursionError):
            return _Begun(fault=(types.ErrorCodes.ParseError, "A message is not JSON."))
        if not _is_message(message):
            fault = "A message is not JSON-RPC 2.0."
            return _Begun(fault=(types.ErrorCodes.InvalidRequest, fault))
        begun = _Begun(message=cast("dict[str, Any]", message))
        server = self.server
        if server is not None and "id" not in begun.message:
            begun.refusal = self._documents.refusal(begun.message)
        known = server is not None and _known(server, str(begun.message.get("method")))
        if long and server is not None and known and begun.refusal is None:
            begun.prepared = server.protocol.prepare(begun.message)
        return begun

    def finish(self, begun: _Begun) -> None:
        """Do what a message says."""
        self._apart()
        if begun.fault is not None:
            self._mistake(*begun.fault)
        elif begun.message.get("method") == types.EXIT:
            self._close()
        elif self.server is None:
            self._enter(begun.message)
        else:
            is_of(self.user.name if self.user else "")
            self._take(self.server, begun)

    def say(self, sentence: str) -> None:
        """Show the user a sentence, once."""
        if sentence not in self._said:
            self._said.add(sentence)
            params = {"type": types.MessageType.Warning.value, "message": f"fimls: {sentence}"}
            self._write({"method": types.WINDOW_SHOW_MESSAGE, "params": params})

    async def aclose(self) -> None:
        """End everything that runs for the editor."""
        if self.server is not None:
            await self.server.aclose()

    def _apart(self) -> None:
        """Have what runs from here on remember and hide for this session alone."""
        is_in(self._memories)
        are_known_in(self._secrets)

    def _enter(self, message: dict[str, Any]) -> None:
        if "method" not in message or "id" not in message:
            return  # LSP: notifications before initialize are dropped
        if message["method"] != types.INITIALIZE:
            code = types.ErrorCodes.ServerNotInitialized
            self._refuse(message["id"], code, "The first request must be initialize.")
            return
        params: Any = message.get("params")
        params = cast("dict[str, Any]", params) if isinstance(params, dict) else {}
        try:
            if self.user is None:
                self.user = self._admit(token_in(params.get("initializationOptions")))
        except Refused as error:
            code = NO_ROOM if isinstance(error, TooManyEditors) else UNAUTHORISED
            self._refuse(message["id"], code, str(error))
            self._close()
            return
        self.server = self._make_server(self.user, params)
        self.server.protocol.set_writer(_Writer(self._send), include_headers=False)
        self._dispatch(self.server, message)

    def _take(self, server: FimServer, begun: _Begun) -> None:
        message = begun.message
        method, ident = message.get("method"), message.get("id")
        protocol = server.protocol
        if method is not None and not _known(server, method):
            if ident is not None:
                self._refuse(ident, types.ErrorCodes.MethodNotFound, "This hub has no such method.")
            return
        if method is not None and ident is not None:
            if self._draining:
                return  # the editor asks again where it connects next
            if ident in protocol.unanswered:
                self._mistake(types.ErrorCodes.InvalidRequest, "Two requests have the same id.")
                return
            if len(protocol.unanswered) >= self._settings.requests:
                most = f"More than {self._settings.requests} requests wait for an answer."
                self._refuse(ident, types.LSPErrorCodes.RequestFailed, most)
                return
        elif begun.refusal is not None:
            # What the server has of the document is no longer what the editor has.
            server.documents.close(message["params"]["textDocument"]["uri"])
            self.say(begun.refusal)
            return
        self._dispatch(server, message, begun.prepared)

    def _dispatch(
        self,
        server: FimServer,
        message: dict[str, Any],
        prepared: Callable[[], Any] | None = None,
    ) -> None:
        if not server.protocol.take(message, prepared):
            self._mistakes += 1
            self._end_if_hopeless()

    def _measured(self) -> list[tuple[str, int]]:
        documents = self.server.documents.all() if self.server is not None else ()
        return [(each.uri, each.text.weight) for each in documents]

    def _mistake(self, code: int, sentence: str) -> None:
        self._mistakes += 1
        self._refuse(None, code, sentence)
        self._end_if_hopeless()

    def _end_if_hopeless(self) -> None:
        if self._mistakes >= _MOST_MISTAKES:
            self.say(f"The connection is closed after {_MOST_MISTAKES} messages that were none.")
            self._close()

    def _refuse(self, ident: int | str | None, code: int, sentence: str) -> None:
        self._write({"id": ident, "error": {"code": int(code), "message": sentence}})

    def _write(self, message: Mapping[str, Any]) -> None:
        self._send(json.dumps({"jsonrpc": "2.0", **message}).encode())


@dataclass(slots=True, kw_only=True)
class _Begun:
    """A message that was read: its fault if it is none, else why it is not taken, or what to do."""

    message: dict[str, Any] = field(default_factory=dict[str, Any])
    fault: tuple[int, str] | None = None
    refusal: str | None = None
    prepared: Callable[[], Any] | None = None


def _from_json(body: bytes) -> Any:
    """Read JSON, four times as fast; some of what Python's own reader takes is not for this one."""
    try:
        return orjson.loads(body)
    except ValueError:
        return json.loads(body)


class _Writer:
    """What pygls writes to; it closes it for ``exit`` alone, which does not reach it."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send

    def write(self, data: bytes) -> None:
        self._send(data)

    def close(self) -> None: ...


def _known(server: FimServer, method: str) -> bool:
    features: Any = server.protocol.fm
    own = method in features.builtin_features and method not in _NOT_AGAIN
    return own or method in features.features or method == types.CANCEL_REQUEST


def _is_message(message: Any) -> bool:
    if not isinstance(message, dict):
        return False
    table = cast("dict[str, Any]", message)
    method, ident = table.get("method", ""), table.get("id", 0)
    return (
        table.get("jsonrpc") == "2.0"
        and ("method" in table or ("id" in table and ("result" in table or "error" in table)))
        and isinstance(method, str)
        and type(ident) in (int, str)
    )
