"""An editor's connection to a hub, whatever the address."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fimls.errors import ConfigurationError, FimlsError
from fimls.frames import FrameError, Frames
from fimls.hub.address import Address

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

MAX_BYTES = 64 * 2**20
"""Of one message from a hub; it sends no large ones."""

_PATIENCE_S = 10.0
_CHUNK = 1 << 16


class HubUnreachable(FimlsError):
    """No hub answers at the address; it may come back."""


class Uplink(Protocol):
    """Messages to a hub and from it."""

    async def send(self, body: bytes) -> None:
        """Send a message; raises HubUnreachable."""
        ...

    async def receive(self) -> bytes:
        """Return the next message; raises HubUnreachable when the connection has ended."""
        ...

    async def aclose(self) -> None:
        """End the connection."""
        ...


async def connect(address: Address, *, token: str | None, authority: Path | None) -> Uplink:
    """Connect to a hub.

    Args:
        address: where it is.
        token: what lets the user in; it is sent in a header where there are headers.
        authority: PEM file of the authority that signed the hub's certificate; by default those
            that this machine trusts.

    Raises:
        ConfigurationError: the address cannot be used so.
        HubUnreachable: no hub answers, or its certificate is not good.
    """
    if not (address.on_this_machine or address.encrypted):
        raise ConfigurationError(
            f"{address} is another machine, and what is sent there could be read on the way: use"
            " tls:// or wss://."
        )
    try:
        context = _trust(authority) if address.encrypted else None
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"The certificate of the authority in {authority} cannot be read: name a PEM file."
        ) from error
    try:
        async with asyncio.timeout(_PATIENCE_S):
            if address.websocket:
                return await _WebSocket.open(address, token, context)
            return await _Stream.open(address, context)
    except ssl.SSLCertVerificationError as error:
        raise HubUnreachable(
            f"The certificate of the hub at {address} is not good ({error.verify_message}): if it"
            " is your own, name its authority with --ca."
        ) from error
    except (OSError, TimeoutError, ssl.SSLError) as error:
        raise away(address) from error


def away(address: Address) -> HubUnreachable:
    """Return the error for a hub that does not answer."""
    return HubUnreachable(f"No hub answers at {address}: is `fimls hub` running there?")


class _Stream:
    """LSP as on standard input and output, over a socket."""

    def __init__(
        self, address: Address, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._address = address
        self._reader, self._writer = reader, writer
        self._frames = Frames(MAX_BYTES)
        self._bodies: deque[bytes] = deque()

    @classmethod
    async def open(cls, address: Address, context: ssl.SSLContext | None) -> _Stream:
        if address.scheme == "unix":
            return cls(address, *await asyncio.open_unix_connection(address.path))
        return cls(address, *await asyncio.open_connection(address.host, address.port, ssl=context))

    async def send(self, body: bytes) -> None:
        try:
            self._writer.write(self._frames.frame(body))
            await self._writer.drain()
        except OSError as error:
            raise away(self._address) from error

    async def receive(self) -> bytes:
        try:
            while not self._bodies:
                data = await self._reader.read(_CHUNK)
                if not data:
                    raise away(self._address)
                self._frames.push(data)
                self._bodies += self._frames.bodies()
        except (OSError, FrameError) as error:
            raise away(self._address) from error
        return self._bodies.popleft()

    async def aclose(self) -> None:
        self._writer.close()


class _WebSocket:
    """One JSON message in each message of a WebSocket."""

    def __init__(self, address: Address, connection: ClientConnection) -> None:
        self._address = address
        self._connection = connection

    @classmethod
    async def open(
        cls, address: Address, token: str | None, context: ssl.SSLContext | None
    ) -> _WebSocket:
        from websockets.asyncio.client import connect
        from websockets.exceptions import InvalidHandshake, InvalidStatus

        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            connection = await connect(
                str(address),
                additional_headers=headers,
                ssl=context,
                max_size=MAX_BYTES,
                compression=None,
                proxy=None if address.on_this_machine else True,
            )
        except InvalidStatus as error:
            says = (error.response.body or b"").decode(errors="replace").strip()
            raise ConfigurationError(
                says or f"The hub at {address} refuses (HTTP {error.response.status_code})."
            ) from error
        except InvalidHandshake as error:
            raise away(address) from error
        return cls(address, connection)

    async def send(self, body: bytes) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            await self._connection.send(body.decode())
        except ConnectionClosed as error:
            raise away(self._address) from error

    async def receive(self) -> bytes:
        from websockets.exceptions import ConnectionClosed

        try:
            return await self._connection.recv(decode=False)
        except ConnectionClosed as error:
            raise away(self._address) from error

    async def aclose(self) -> None:
        await self._connection.close()


def _trust(authority: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority)
