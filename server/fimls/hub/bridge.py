"""`fimls connect`: an editor's server on standard input and output that is a hub elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, BinaryIO, NoReturn, cast

from fimls.errors import FimlsError
from fimls.frames import Frames
from fimls.hub.remembered import Message, Remembered
from fimls.hub.uplink import MAX_BYTES, HubUnreachable, Uplink
from fimls.parent import ended
from fimls.stdio import CHUNK, claim_stdout, feed_stdin

Connect = Callable[[], Awaitable[Uplink]]

FIRST_PATIENCE_S = 15.0
"""How long an editor that starts waits for a hub that is not there."""

STATUS_NOTIFICATION = "$/fimls/status"
"""Of `fimls.lsp.status`, which would take longer to import than all that is needed here."""

_PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Between attempts; the last one again and again."""

_CONTENT_MODIFIED = -32_801
"""Answers a request that was lost with the connection: editors show nothing for it."""

logger = logging.getLogger(__name__)


def bridge_stdio(connect: Connect, *, token: str | None) -> int:
    """Pass messages on until the editor says ``exit`` or is gone; returns the exit status."""
    with claim_stdout() as output:
        return asyncio.run(_bridge(connect, token, output))


async def _bridge(connect: Connect, token: str | None, output: BinaryIO) -> int:
    reader = asyncio.StreamReader(limit=CHUNK)
    loop = asyncio.get_running_loop()
    threading.Thread(target=feed_stdin, args=(reader, loop), name="stdin", daemon=True).start()
    return await Bridge(connect, token=token, output=output).run(reader)


class Bridge:
    """Between an editor and a hub; outlives the hub.

    When the connection is lost, the editor's requests are answered with nothing, and its documents
    are followed here until a hub is there again: it is told of them, and the editor need not
    know.
    """

    def __init__(self, connect: Connect, *, token: str | None, output: BinaryIO) -> None:
        """Nothing is connected yet.

        Args:
            connect: connects to the hub; raises HubUnreachable.
            token: is put into the editor's initialization options, unless they have one.
            output: takes messages to the editor.
        """
        self._connect = connect
        self._token = token
        self._output = output
        self._frames = Frames(MAX_BYTES)
        self._remembered = Remembered()
        self._uplink: Uplink | None = None
        self._sending = asyncio.Lock()
        self._initialized = asyncio.Event()
        self._shut_down = False

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
            if method == "initialize":
                _put_token(message, self._token)
            self._remembered.sent(message)
            if self._uplink is not None:
                await self._send(self._uplink, message)
            elif method == "initialize":
                self._initialized.set()
            elif method is not None and "id" in message:
                self._answer_with_nothing(message["id"])

    async def _from_hub(self) -> None:
        await self._initialized.wait()
        while True:
            uplink = await self._reach()
            try:
                await self._converse(uplink)
            except HubUnreachable as error:
                self._lost(error)
            finally:
                self._uplink = None
                with contextlib.suppress(OSError):
                    await uplink.aclose()

    async def _reach(self) -> Uplink:
        """Connect, however long it takes; an editor that starts waits only so long."""
        loop, pauses = asyncio.get_running_loop(), iter(_PAUSES_S)
        until = loop.time() + FIRST_PATIENCE_S
        while True:
            try:
                return await self._connect()
            except HubUnreachable:
                if self._remembered.starting and loop.time() > until:
                    raise
            await asyncio.sleep(next(pauses, _PAUSES_S[-1]))

    async def _converse(self, uplink: Uplink) -> NoReturn:
        """Begin a session as the editor has it, and pass back what the hub says.

        Raises:
            HubUnreachable: the connection has ended.
            FimlsError: the hub does not let the editor in.
        """
        initialize = self._remembered.initialize
        assert initialize is not None
        await uplink.send(_body(initialize))
        while True:
            message: Message = json.loads(await uplink.receive())
            if "method" in message or "id" not in message:
                self._write(message)
                continue
            is_first = self._uplink is None and message["id"] == initialize["id"]
            if is_first and "error" in message and not self._remembered.starting:
                raise FimlsError(str(message["error"].get("message")))
            if self._remembered.answered(message):
                self._write(message)
            if is_first:
                async with self._sending:  # what the editor says meanwhile goes behind it
                    again, self._uplink = [*self._remembered.again()], uplink
                    for each in again:
                        await uplink.send(_body(each))

    async def _send(self, uplink: Uplink, message: Message) -> None:
        with contextlib.suppress(HubUnreachable):  # whoever listens notices too
            async with self._sending:
                await uplink.send(_body(message))

    def _lost(self, error: HubUnreachable) -> None:
        """Answer what the hub no longer answers, and say what happened."""
        logger.warning("%s", error)
        for ident, method in [*self._remembered.unanswered.items()]:
            if method != "initialize":
                self._answer_with_nothing(ident)
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
            with contextlib.suppress(ValueError, RecursionError):
                message: Any = json.loads(body)
                if isinstance(message, dict):
                    yield cast("Message", message)


def _put_token(initialize: Message, token: str | None) -> None:
    """Put a token into the initialization options, unless the editor has put one there."""
    params = initialize.get("params")
    if token is None or not isinstance(params, dict):
        return
    table = cast("Message", params)
    options = table.get("initializationOptions")
    options = dict(cast("Message", options)) if isinstance(options, dict) else {}
    hub = options.get("hub")
    options["hub"] = {"token": token, **(cast("Message", hub) if isinstance(hub, dict) else {})}
    table["initializationOptions"] = options


def _body(message: Message) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()
