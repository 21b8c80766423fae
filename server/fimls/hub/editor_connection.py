"""One connection: bytes in, messages to its session, answers out."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Protocol, cast

from fimls.hub.authentication import Peer
from fimls.hub.editor_session import EditorSession
from fimls.hub.hub_address import HubAddress
from fimls.message_framing import FrameError
from fimls.settings import HubSettings

_SLICE_S = 0.005
"""How long the messages of one editor are handled before others have their turn.

It is the processor's time: what a busy machine takes would part requests from what cancels them.
"""

_READ_BYTES = 16 * 2**10
"""Read at a time: of the smallest frames of a WebSocket that takes ten milliseconds."""

_LONG_BYTES = 32 * 1_024
"""A longer message is read in a thread: of the longest one that takes a second."""

_THREADS = 2
"""In which long messages are read, for all editors. An editor has one of them at a time."""

_FAREWELL_S = 2.0
"""How long an editor has to read what was sent before its connection ends."""

_EARLY_SHARE = 16
"""Who is not let in yet may send one part in so many of the longest message."""

_MOST_EARLY_BYTES = 256 * 2**10
"""What it may send at most: that is read in the loop."""

logger = logging.getLogger(__name__)


class Framing(Protocol):
    """How messages stand in a stream of bytes."""

    def push(self, data: bytes) -> None:
        """Take the next bytes."""
        ...

    def bodies(self) -> Iterator[bytes]:
        """Yield the bodies that are complete; raises FrameError."""
        ...

    def frame(self, body: bytes) -> bytes:
        """Return a message as it is sent."""
        ...

    def close(self) -> None:
        """Say that the connection ends."""
        ...


class EditorConnection(asyncio.BufferedProtocol):
    """The hub's end of a socket.

    Invariant: nobody waits for this editor. What it does not read piles up to a bound, and then
    the connection is dropped; what it sends too fast is read later.

    Attributes:
        address: where it connected.
        peer: who is at the other end.
        limits: what it may take up.
        opening: what waits until it can be spoken on; a TLS handshake takes a while.
        session: what its messages go to, once it can.
    """

    session: EditorSession
    opening: asyncio.Task[None]

    def __init__(
        self,
        settings: HubSettings,
        address: HubAddress,
        peer: Peer,
        *,
        begin: Callable[[EditorConnection], Framing],
        ended: Callable[[EditorConnection], None],
    ) -> None:
        """Wait until it is connected.

        Args:
            settings: the limits.
            address: where it listens.
            peer: who is at the other end.
            begin: sets `session`, and returns how its messages stand in the stream.
            ended: is told when the connection is gone.
        """
        self.address = address
        self.peer = peer
        self.limits = settings
        self._transport: asyncio.Transport | None = None
        self._buffer = memoryview(b"")
        self._begin = begin
        self._ended = ended
        self._received = 0
        self._closing = self._gone = False
        self._reading: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def place(self) -> str:
        """Where it comes from."""
        return self.peer.place

    def opened(self, accepted: socket.socket) -> None:
        """Take note that it was opened, or never will be."""
        if self._transport is None:
            accepted.close()
            self._end()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        if self._closing:
            self._transport.abort()
            return
        self._loop = asyncio.get_running_loop()
        # A view: asyncio's TLS reads a second record into a slice of it; one of bytes is a copy.
        self._buffer = memoryview(bytearray(_READ_BYTES))
        self._framing = self._begin(self)
        self._timer = self._loop.call_later(self.limits.handshake_ms / 1e3, self._late)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where the next bytes go."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take bytes, and handle the messages that they complete."""
        if self._closing:
            return
        if self.session.server is None:
            self._received += nbytes
            most = min(self.limits.message_bytes // _EARLY_SHARE, _MOST_EARLY_BYTES)
            if self._received > most:
                self._fail(f"More than {most:,} bytes came before initialize was answered.")
                return
        self._framing.push(bytes(self._buffer[:nbytes]))
        self._handle()

    def eof_received(self) -> None:
        """End with the editor."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the editor."""
        self._end()

    def send(self, body: bytes) -> None:
        """Send a message, or drop the connection if the editor does not read."""
        self.write(self._framing.frame(body))

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > self.limits.unsent_bytes:
            logger.warning("An editor does not read what it is sent: its connection is dropped.")
            self._transport.abort()

    def drop(self) -> None:
        """End the connection at once."""
        if self._transport is None:
            self.opening.cancel()
        else:
            self._transport.abort()

    def close(self) -> None:
        """End the connection as soon as what was sent is read."""
        if self._transport is not None and not self._closing:
            self._closing = True
            self._framing.close()
            self._transport.close()
            self._loop.call_later(_FAREWELL_S, self._transport.abort)

    def _handle(self) -> None:
        if self._reading is not None:
            return  # what came behind a long message waits for it
        started = time.thread_time()
        try:
            for body in self._framing.bodies():
                inside = self.session.server is not None
                if len(body) > _LONG_BYTES and inside and self._transport is not None:
                    self._transport.pause_reading()
                    self._reading = self._loop.create_task(self._read_long(body))
                    return
                self.session.receive(body)
                if self._closing:
                    return
                if time.thread_time() - started > _SLICE_S and self._transport is not None:
                    self._transport.pause_reading()
                    self._loop.call_soon(self._go_on)
                    return
        except FrameError as error:
            self._fail(str(error))
        if getattr(self._framing, "closed", False):
            self.close()

    def _go_on(self) -> None:
        if self._transport is not None and not self._closing:
            self._transport.resume_reading()
            self._handle()

    def _end(self) -> None:
        self._closing = True
        if self._reading is not None:
            self._reading.cancel()
        if self._timer is not None:
            self._timer.cancel()
        if not self._gone:
            self._gone = True
            self._ended(self)

    async def _read_long(self, body: bytes) -> None:
        """Handle a long message while others have their turn; then go on."""
        try:
            await self.session.receive_long(body, _threads())
        finally:
            self._reading = None
            self._go_on()

    def _late(self) -> None:
        if self.session.server is None:
            self._fail("The editor did not initialize in time.")

    def _fail(self, sentence: str) -> None:
        logger.info("A connection from %s ends: %s", self.peer.place, sentence)
        self.session.say(sentence)
        self.close()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, "fimls-reading")


def repository_of(params: Any) -> str:
    """Return what an editor calls the folder it works in, from the parameters of initialize."""
    table = cast("dict[str, Any]", params)
    folders = table.get("workspaceFolders")
    first: Any = cast("list[Any]", folders)[0] if isinstance(folders, list) and folders else None
    uri: Any = cast("dict[str, Any]", first).get("uri") if isinstance(first, dict) else None
    uri = uri or table.get("rootUri") or table.get("rootPath")
    return str(uri or "").rstrip("/").rpartition("/")[2][:200]
