"""One connection to a server, which carries one exchange at a time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from typing import Protocol, cast

_READ_BYTES = 16 * 2**10
"""Read at a time: reading this much takes a few milliseconds, however it is cut into chunks."""


class Receiver(Protocol):
    """Whose answer comes in on a connection."""

    def received(self, data: bytes) -> None:
        """Take what came; nothing is the end of what the server sends."""
        ...

    def lost(self, error: Exception | None = None) -> None:
        """The connection broke, of this error if one is known."""
        ...


class Connection(asyncio.BufferedProtocol):
    """A protocol of asyncio; closing it is a plain call and takes effect whatever else goes on.

    Attributes:
        used: whether a request was sent on it.
        idle: what closes it when nobody uses it.
    """

    def __init__(
        self, opened: Callable[[Connection], None], lost: Callable[[Connection], None]
    ) -> None:
        """Both are called once; `lost` also where something else closed it."""
        self.used = False
        self.idle: asyncio.TimerHandle | None = None
        self._tell_opened = opened
        self._tell_lost = lost
        # A view: asyncio's TLS reads a second record into a slice of it; one of bytes is a copy.
        self._buffer = memoryview(bytearray(_READ_BYTES))
        self._transport: asyncio.Transport | None = None
        self._exchange: Receiver | None = None
        self._waits = False

    @property
    def opened(self) -> bool:
        """Whether somebody listened."""
        return self._transport is not None

    @property
    def closed(self) -> bool:
        """Whether nothing more can be sent."""
        return self._transport is None or self._transport.is_closing()

    @property
    def silent(self) -> bool:
        """Whether nothing has come that was not read yet; at rest, nothing should."""
        sock = self.transport.get_extra_info("socket")
        with selectors.DefaultSelector() as look:
            look.register(sock, selectors.EVENT_READ)
            return not look.select(0)

    @property
    def waits(self) -> bool:
        """Whether the server has to wait until what it sent is read."""
        return self._waits

    @property
    def transport(self) -> asyncio.Transport:
        """What it writes to."""
        assert self._transport is not None
        return self._transport

    @transport.setter
    def transport(self, transport: asyncio.Transport) -> None:
        self._transport = transport  # TLS begins

    def begin(self, exchange: Receiver) -> None:
        """Let an exchange have what comes in."""
        assert self._exchange is None
        self._exchange = exchange
        self.used = True

    def end(self, *, free: bool) -> None:
        """Let it have no more; closes the connection unless it is free for another."""
        self._exchange = None
        if not free or self.closed or self.transport.get_write_buffer_size():
            self.close()
        else:
            self.go_on()

    def write(self, data: bytes) -> None:
        """Send; what the server does not take yet is kept."""
        if not self.closed:
            self.transport.write(data)

    def wait(self) -> None:
        """Have the server wait."""
        if not self._waits and not self.closed:
            self._waits = True
            self.transport.pause_reading()

    def go_on(self) -> None:
        """Have the server wait no longer."""
        if self._waits:
            self._waits = False
            if not self.closed:
                self.transport.resume_reading()

    def close(self) -> None:
        """Close it now; what was not sent yet is lost."""
        if self.idle is not None:
            self.idle.cancel()
            self.idle = None
        if self._transport is not None:
            self._transport.abort()

    # Called by asyncio.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.BaseProtocol`."""
        self._transport = cast("asyncio.Transport", transport)
        self._tell_opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.BaseProtocol`."""
        if self.idle is not None:
            self.idle.cancel()
        if self._exchange is not None:
            self._exchange.lost(exc)
        self._tell_lost(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """See `asyncio.BufferedProtocol`."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """See `asyncio.BufferedProtocol`."""
        if self._exchange is None:
            self.close()  # nobody asked anything
        else:
            self._exchange.received(bytes(self._buffer[:nbytes]))

    def eof_received(self) -> bool:
        """See `asyncio.BufferedProtocol`."""
        if self._exchange is not None:
            self._exchange.received(b"")
        return False  # it closes itself
