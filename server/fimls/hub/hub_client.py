"""An editor's connection to a hub, whatever the address."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fimls.errors import ConfigurationError
from fimls.hub.hub_address import HubAddress
from fimls.hub.socket_owner import check_whose
from fimls.hub.unreachable_causes import (
    HubMisaddressed,
    HubUnreachable,
    away,
    speaks_otherwise,
    why_not,
)
from fimls.message_framing import FrameError, Frames

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection
    from websockets.http11 import Response

MAX_BYTES = 64 * 2**20
"""Of one message from a hub; it sends no large ones."""

_PATIENCE_S = 10.0
_CHUNK = 1 << 16


class HubRefuses(ConfigurationError):
    """The hub does not let this user in."""


class HubClient(Protocol):
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


async def connect(address: HubAddress, token: str | None, *, authority: Path | None) -> HubClient:
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
        context = ssl.create_default_context(cafile=authority) if address.encrypted else None
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"The certificate of the authority in {authority} cannot be read: name a PEM file."
        ) from error
    try:
        async with asyncio.timeout(_PATIENCE_S):
            if address.websocket:
                return await _open_websocket(address, token, context)
            return await _Stream.open(address, context)
    except (OSError, TimeoutError, ssl.SSLError) as error:
        raise why_not(address, error) from error


class _Stream:
    """LSP as on standard input and output, over a socket."""

    def __init__(
        self, address: HubAddress, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._address = address
        self._reader, self._writer = reader, writer
        self._frames = Frames(MAX_BYTES)
        self._bodies: deque[bytes] = deque()
        self._silent = True

    @classmethod
    async def open(cls, address: HubAddress, context: ssl.SSLContext | None) -> _Stream:
        if address.scheme != "unix":
            opened = await asyncio.open_connection(address.host, address.port, ssl=context)
            return cls(address, *opened)
        reader, writer = await asyncio.open_unix_connection(address.path)
        try:
            check_whose(writer.get_extra_info("socket"), Path(address.path))
        except BaseException:
            writer.close()
            raise
        return cls(address, reader, writer)

    async def send(self, body: bytes) -> None:
        try:
            self._writer.write(self._frames.frame(body))
            await self._writer.drain()
        except OSError as error:
            raise away(self._address) from error

    async def receive(self) -> bytes:
        first = b""
        try:
            while not self._bodies:
                data = await self._reader.read(_CHUNK)
                if not data:
                    raise await self._ended()
                first, self._silent = data if self._silent else b"", False
                self._frames.push(data)
                self._bodies += self._frames.bodies()
        except FrameError as error:
            raise speaks_otherwise(self._address, first) from error
        except OSError as error:
            raise await self._ended() from error
        return self._bodies.popleft()

    async def aclose(self) -> None:
        self._writer.close()

    async def _ended(self) -> HubUnreachable:
        if self._silent and await _speaks_tls(self._address):
            return speaks_otherwise(self._address, b"\x15\x03")
        return away(self._address)


class _WebSocket:
    """One JSON message in each message of a WebSocket."""

    def __init__(self, address: HubAddress, connection: ClientConnection) -> None:
        self._address = address
        self._connection = connection

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


async def _open_websocket(
    address: HubAddress, token: str | None, context: ssl.SSLContext | None
) -> HubClient:
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidHandshake, InvalidStatus, ProxyError

    class ConnectThere(connect):
        """Follows no redirect: token and text are for the address that the user wrote."""

        def process_redirect(self, exc: Exception) -> Exception | str:
            return exc

    try:
        connection = await ConnectThere(
            str(address),
            additional_headers={"Authorization": f"Bearer {token}"} if token else {},
            ssl=context,
            max_size=MAX_BYTES,
            compression=None,
            proxy=None if address.on_this_machine else True,
        )
    except InvalidStatus as error:
        raise _refusal(address, error.response) from error
    except ProxyError as error:
        raise away(address) from error
    except (InvalidHandshake, EOFError) as error:
        if not isinstance(error.__cause__, EOFError):
            raise speaks_otherwise(address, str(error.__cause__ or error).encode()) from error
        if await _speaks_tls(address):
            raise speaks_otherwise(address, b"\x15\x03") from error
        raise away(address) from error
    return _WebSocket(address, connection)


def _refusal(address: HubAddress, response: Response) -> ConfigurationError | HubUnreachable:
    status, body = response.status_code, bytes(response.body or b"")
    if status >= 500:  # what stands before a hub that starts anew says so
        return away(address)
    if 300 <= status < 400:
        return ConfigurationError(
            f"What answers at {address} names another address (HTTP {status}), and nothing is sent"
            " there: give the address of the hub itself."
        )
    says = body.decode(errors="replace").strip()[:500] if status in (401, 403) else ""
    if status in (401, 403):
        return HubRefuses(says or f"The hub at {address} refuses (HTTP {status}).")
    return HubMisaddressed(
        f"What answers at {address} is not a hub (HTTP {status}): check the address."
    )


async def _speaks_tls(address: HubAddress) -> bool:
    """Find out whether an address that was taken for plain speaks TLS; nothing is told to it."""
    if address.encrypted or address.scheme == "unix":
        return False
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(2.0):
            _, writer = await asyncio.open_connection(address.host, address.port, ssl=context)
        writer.close()
        return True
    return False
