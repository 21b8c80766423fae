"""`fimls connect`: an editor's server on standard input and output that is a hub elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, BinaryIO, NoReturn, cast

from platformdirs import user_config_path

from fimls.errors import FimlsError
from fimls.hub.client_token import ClientToken
from fimls.hub.hub_client import MAX_BYTES, HubClient, HubRefuses
from fimls.hub.hub_messages import Message, read_message
from fimls.hub.local_context import LocalContext
from fimls.hub.session_replay import SessionReplay
from fimls.hub.unreachable_causes import HubMisaddressed, HubUnreachable
from fimls.message_framing import Frames
from fimls.parent_process import ended
from fimls.stdio_channel import CHUNK, claim_stdout, feed_stdin

Connect = Callable[[str | None], Awaitable[HubClient]]
"""Connects to the hub, showing it a token; raises HubUnreachable."""

FIRST_PATIENCE_S = 15.0
"""How long an editor that starts waits for a hub that is not there."""

STATUS_NOTIFICATION = "$/fimls/status"
"""Of `fimls.lsp.user_status`, which would take longer to import than all that is needed here."""

_PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Between attempts; the last one again and again."""

_LASTING_S = 10.0
"""A session that went on for so long was one: after it the pauses begin anew."""

_LOOK_FOR_TOKEN_S = 2.0

_REFUSED = -32_001
"""`fimls.hub.editor_session.UNAUTHORISED`: what a hub answers to whom it does not let in."""

_CONTENT_MODIFIED = -32_801
"""Answers a request that was lost with the connection: editors show nothing for it."""

logger = logging.getLogger(__name__)


def bridge_stdio(connect: Connect, *, token: ClientToken) -> int:
    """Pass messages on until the editor says ``exit`` or is gone; returns the exit status."""
    with claim_stdout() as output:
        return asyncio.run(_bridge(connect, token, output))


async def _bridge(connect: Connect, token: ClientToken, output: BinaryIO) -> int:
    reader = asyncio.StreamReader(limit=CHUNK)
    loop = asyncio.get_running_loop()
    threading.Thread(target=feed_stdin, args=(reader, loop), name="stdin", daemon=True).start()
    return await ConnectBridge(connect, token=token, output=output).run(reader)


class ConnectBridge:
    """Between an editor and a hub; outlives the hub.

    When the connection is lost, the editor's requests are answered with nothing, and its documents
    are followed here until a hub is there again: it is told of them, and the editor need not
    know.
    """

    def __init__(self, connect: Connect, *, token: ClientToken, output: BinaryIO) -> None:
        """Nothing is connected yet.

        Args:
            connect: connects to the hub.
            token: is put into the editor's initialization options, unless they have one.
            output: takes messages to the editor.
        """
        self._connect = connect
        self._token = token
        self._output = output
        self._frames = Frames(MAX_BYTES)
        self._remembered = SessionReplay()
        self._local = LocalContext(
            self._remembered, self._say_to_hub, user_config_path("fimls") / "fimls.toml"
        )
        self._uplink: HubClient | None = None
        self._sending = asyncio.Lock()
        self._initialized = asyncio.Event()
        self._shut_down = False
        self._let_in: float | None = None
        self._until = math.inf
        self._said = ""

    async def run(self, reader: asyncio.StreamReader) -> int:
        """Pass messages on until the editor is gone; returns the exit status.

        Raises:
            FimlsError: there is no hub, it does not let the editor in, or what the editor sends
                is no message.
        """
        listening = asyncio.create_task(self._from_hub())
        speaking = asyncio.create_task(self._from_editor(reader))
        tasks = (listening, speaking, asyncio.create_task(self._until_editor_ends()))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
            return 0 if self._shut_down else 1
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._local.aclose()

    async def _until_editor_ends(self) -> None:
        """Return when the process that the editor named has ended."""
        await self._initialized.wait()
        params: Any = (self._remembered.initialize or {}).get("params")
        process = cast("Message", params).get("processId") if isinstance(params, dict) else None
        await ended(process if type(process) is int else 0)

    async def _from_editor(self, reader: asyncio.StreamReader) -> None:
        async for message in _messages(reader):
            method = message.get("method")
            if method == "exit":
                return
            self._shut_down = self._shut_down or method == "shutdown"
            self._remembered.sent(message)
            self._local.said(message)
            if self._uplink is not None:
                await self._send(self._uplink, message)
            elif method == "initialize":
                self._initialized.set()
            elif method is not None and "id" in message:
                self._answer_with_nothing(message["id"])

    async def _from_hub(self) -> None:
        await self._initialized.wait()
        try:
            await self._come_in_again_and_again()
        except FimlsError as error:
            initialize = self._remembered.initialize
            if self._remembered.starting and initialize is not None:  # editors show that
                refusal = {"code": _REFUSED, "message": str(error)}
                self._write({"jsonrpc": "2.0", "id": initialize.get("id"), "error": refusal})
            raise

    async def _come_in_again_and_again(self) -> NoReturn:
        """Converse with the hub, however often it goes away; an editor that starts does not wait.

        Raises:
            FimlsError: there is no hub, or it does not let the editor in.
        """
        clock, attempts = asyncio.get_running_loop().time, 0
        self._until = clock() + FIRST_PATIENCE_S
        while True:
            token = self._token.read()
            try:
                await self._converse(token)
            except HubRefuses as error:
                await self._another_token(error, token)
            except HubUnreachable as error:
                self._lost(error)
            if self._let_in is not None and clock() - self._let_in >= _LASTING_S:
                attempts = 0
            self._let_in = None
            await asyncio.sleep(_PAUSES_S[min(attempts, len(_PAUSES_S) - 1)])
            attempts += 1

    async def _converse(self, token: str | None) -> NoReturn:
        """Begin a session as the editor has it, and pass back what the hub says.

        Raises:
            HubUnreachable: there is no connection, or it has ended.
            HubRefuses: the hub does not let the editor in.
        """
        uplink = await self._connect(token)
        try:
            await self._pass_back(uplink, token)
        finally:
            self._uplink = None
            with contextlib.suppress(OSError):
                await uplink.aclose()

    async def _pass_back(self, uplink: HubClient, token: str | None) -> NoReturn:
        initialize = self._remembered.initialize
        assert initialize is not None
        await uplink.send(_body(_with_token(initialize, token)))
        while True:
            message = read_message(await uplink.receive())
            if message is None:
                continue
            if "method" in message or "id" not in message:
                self._write(message)
                continue
            is_first = self._uplink is None and message["id"] == initialize["id"]
            error: Message | None = message.get("error")
            if is_first and error is not None and not self._remembered.starting:
                says = str(error.get("message"))
                refused = error.get("code") == _REFUSED
                raise HubRefuses(says) if refused else HubUnreachable(says)
            if self._remembered.answered(message):
                self._write(message)
            if is_first:
                self._let_in, self._said = asyncio.get_running_loop().time(), ""
                async with self._sending:  # what the editor says meanwhile goes behind it
                    again, self._uplink = [*self._remembered.again()], uplink
                    for each in again:
                        await uplink.send(_body(each))

    async def _say_to_hub(self, message: Message) -> None:
        if self._uplink is not None:
            await self._send(self._uplink, message)

    async def _send(self, uplink: HubClient, message: Message) -> None:
        with contextlib.suppress(HubUnreachable):  # whoever listens notices too
            async with self._sending:
                await uplink.send(_body(message))

    def _lost(self, error: HubUnreachable) -> None:
        """Answer what the hub no longer answers, and say what happened; but not while it starts.

        Raises:
            HubUnreachable: waiting is no help to an editor that starts.
        """
        late = asyncio.get_running_loop().time() > self._until
        if self._remembered.starting and (late or isinstance(error, HubMisaddressed)):
            raise error
        for ident, method in [*self._remembered.unanswered.items()]:
            if method != "initialize":
                self._answer_with_nothing(ident)
        self._say(error)

    async def _another_token(self, error: HubRefuses, shown: str | None) -> None:
        """Wait until there is another token than the one that was refused, if there may be."""
        if self._remembered.starting or not self._token.renewable:
            raise error
        self._say(error)
        while True:
            await asyncio.sleep(_LOOK_FOR_TOKEN_S)
            if self._token.read() not in (shown, None):
                return

    def _say(self, error: FimlsError) -> None:
        """Tell the log and the editor's status bar what is wrong, once."""
        if str(error) == self._said:
            return
        self._said = str(error)
        logger.warning("%s", error)
        if self._remembered.wants_status:
            params = {"state": "failing", "cause": type(error).__name__, "message": str(error)}
            self._write({"jsonrpc": "2.0", "method": STATUS_NOTIFICATION, "params": params})

    def _answer_with_nothing(self, ident: Any) -> None:
        answer: Message = {"jsonrpc": "2.0", "id": ident}
        if self._remembered.unanswered.get(ident) == "shutdown":
            answer["result"] = None
        else:
            answer["error"] = {"code": _CONTENT_MODIFIED, "message": "The hub is away."}
        self._remembered.answered(answer)
        self._write(answer)

    def _write(self, message: Message) -> None:
        self._output.write(self._frames.frame(_body(message)))
        self._output.flush()


async def _messages(reader: asyncio.StreamReader) -> AsyncGenerator[Message, None]:
    """Yield what the editor says, as far as it is JSON-RPC."""
    frames = Frames(MAX_BYTES, trusted=True)
    while data := await reader.read(CHUNK):
        frames.push(data)
        for body in frames.bodies():
            if (message := read_message(body)) is not None:
                yield message


def _with_token(initialize: Message, token: str | None) -> Message:
    """Return the first message with a token, unless the editor has put one there."""
    params = initialize.get("params")
    if token is None or not isinstance(params, dict):
        return initialize
    table = cast("Message", params)
    options = table.get("initializationOptions")
    options = cast("Message", options) if isinstance(options, dict) else {}
    hub = options.get("hub")
    hub = {"token": token, **(cast("Message", hub) if isinstance(hub, dict) else {})}
    params = {**table, "initializationOptions": {**options, "hub": hub}}
    return {**initialize, "params": params}


def _body(message: Message) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()
