"""HTTP to one server: what comes back as bytes or JSON, within bounds of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import orjson

from fimls.backend.error_messages import closed, engine_message, from_status, not_sglang, too_much
from fimls.backend.tls_error_messages import wants_certificate
from fimls.errors import BackendError, BackendUnreachable

if TYPE_CHECKING:
    from fimls.backend.api_key import ApiKey
    from fimls.backend.connection_pool import ConnectionPool
    from fimls.backend.exchange import Exchange, Request
    from fimls.backend.server_address import Address
    from fimls.backend.tls_files import TlsFiles

JSON = {"Content-Type": "application/json"}

_MAX_BODY_BYTES = 2**20
"""Of an answer that is read as a whole: about twenty times what SGLang says of itself."""
_MAX_STREAM_BYTES = 256 * 2**20
"""Of one generation: each event has the whole text so far."""
_LONGER = 10
"""A generation may take so many times as long as the engine may be silent."""
_LEAST_OTHERS, _MOST_OTHERS, _OTHERS_SHARE = 2, 32, 8
"""There is one place for other requests for so many generations, within these bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What comes back.

    Attributes:
        status: the HTTP status.
        data: the body, as it comes in.
        retry_after: what the server says about when to ask again, or empty.
    """

    status: int
    data: AsyncIterator[bytes]
    retry_after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How a request goes; see `HttpClient.generation`."""

    generation: bool = False
    urgent: bool = True
    linger_s: float = 0.0
    sent: Callable[[], None] = lambda: None


class HttpClient:
    """Speaks to one server; every method raises a BackendError when it does not answer well.

    Attributes:
        url: the server's base address, without a slash at its end.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: ApiKey | None,
        connect_timeout_s: float,
        read_timeout_s: float,
        generations: int,
        tls: TlsFiles | None = None,
    ) -> None:
        """Nothing is imported, opened or asked yet; the arguments are SGLangBackend's."""
        self.url = url.strip().rstrip("/")
        self._api_key = api_key
        self._headers = {"Authorization": api_key.authorization} if api_key else {}
        self._connect_s, self._read_s = connect_timeout_s, read_timeout_s
        self._generations = generations
        self._tls = tls
        self._made: tuple[Address, ConnectionPool] | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    def at_root(self) -> HttpClient:
        """Return one for the same server without the path of its address."""
        parts = urlsplit(self.url)
        return HttpClient(
            f"{parts.scheme}://{parts.netloc}",
            api_key=self._api_key,
            connect_timeout_s=self._connect_s,
            read_timeout_s=self._read_s,
            generations=self._generations,
            tls=self._tls,
        )

    @property
    def closed(self) -> bool:
        """Whether it is asked nothing any more."""
        return self._closed

    @property
    def opened(self) -> int:
        """How many connections were opened so far."""
        return 0 if self._made is None else self._made[1].opened

    @property
    def contact(self) -> int:
        """How often a connection was opened while there was no other."""
        return 0 if self._made is None else self._made[1].contact

    @property
    def sockets(self) -> int:
        """How many connections there are."""
        return 0 if self._made is None else self._made[1].sockets

    def generation(
        self,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        urgent: bool,
        linger_s: float,
        sent: Callable[[], None],
    ) -> AbstractAsyncContextManager[Answer]:
        """Post JSON for an answer that is streamed; leave the block as soon as it is not wanted.

        Args:
            path: behind the base address.
            body: JSON.
            headers: of this request; they say that it is JSON.
            urgent: somebody waits for it.
            linger_s: how long the answer may take to end when it is left early; its connection can
                be used again then.
            sent: called when the server may have begun.

        Raises:
            ConfigurationError: the address, or what the environment says of it, is not usable.
        """
        way = _Way(generation=True, urgent=urgent, linger_s=linger_s, sent=sent)
        return self._ask("POST", path, body, headers, way)

    async def post(self, path: str, body: bytes) -> int:
        """Post JSON; returns the status."""
        async with self._ask("POST", path, body, JSON) as answer:
            await self._whole(answer)
            return answer.status

    async def get(self, path: str) -> int:
        """Return the status of what is at a path."""
        async with self._ask("GET", path) as answer:
            await self._whole(answer)
            return answer.status

    async def get_json(self, *paths: str) -> dict[str, Any]:
        """Return the JSON at the first of these paths that the server knows."""
        for path in paths:
            async with self._ask("GET", path) as answer:
                if answer.status == 404 and path != paths[-1]:
                    continue
                if answer.status != 200:
                    raise await self.refusal(answer)
                try:
                    return cast("dict[str, Any]", dict(orjson.loads(await self._whole(answer))))
                except (ValueError, TypeError, RecursionError) as error:
                    raise not_sglang(self.url, f"/{path} is not a JSON object") from error
        raise AssertionError("unreachable: the last path returns or raises")

    async def refusal(self, answer: Answer) -> BackendError:
        """Return the error that an answer stands for."""
        body = b""
        try:
            body = await self._whole(answer)
            message = engine_message(orjson.loads(body))
        except (ValueError, RecursionError, BackendError):
            message = ""
        if answer.status == 400 and not message and b"SSL certificate" in body:  # nginx's page
            return wants_certificate(self.url)
        proxy = "" if self._made is None else self._made[0].answered_by
        return from_status(
            answer.status, message, self.url, proxy=proxy, retry_after=answer.retry_after
        )

    async def aclose(self) -> None:
        """Close the connections."""
        self._closed = True
        if self._made is not None:
            self._made[1].close()
            await asyncio.sleep(0)  # asyncio closes sockets a moment later

    @asynccontextmanager
    async def _ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] = MappingProxyType({}),
        way: _Way = _Way(),
    ) -> AsyncGenerator[Answer]:
        address, pool = await self._open()
        from fimls.backend.content_encoding import plain
        from fimls.backend.exchange import Request

        request = Request(
            method=method,
            target=address.target(path),
            headers=[*address.headers, *self._headers.items(), *headers.items()],
            body=body,
            silence_s=self._read_s,
            total_s=self._read_s * (_LONGER if way.generation else 1),
            linger_s=way.linger_s,
        )
        exchange = await _answered(pool, request, way)
        try:
            data = plain(exchange, exchange.encoding, self.url)
            most = _MAX_STREAM_BYTES if way.generation else _MAX_BODY_BYTES
            yield Answer(
                status=exchange.status,
                data=_bounded(data, most, self.url),
                retry_after=exchange.retry_after,
            )
        finally:
            pool.leave(exchange)

    async def _whole(self, answer: Answer) -> bytes:
        return b"".join([piece async for piece in answer.data])

    async def _open(self) -> tuple[Address, ConnectionPool]:
        """Return the address and the connections to it.

        They are made in a worker thread: certificates are read, and modules that nothing needed
        yet.
        """
        if self._closed:
            raise closed(self.url)
        if self._made is None:
            async with self._opening:
                if self._made is None:
                    self._made = await asyncio.to_thread(self._new)
        return self._made

    def _new(self) -> tuple[Address, ConnectionPool]:
        from fimls.backend.connection_pool import ConnectionPool
        from fimls.backend.dialer import dial
        from fimls.backend.server_address import Address

        address = Address.read(self.url, self._tls)
        dialled = partial(dial, address, self.url, timeout_s=self._connect_s)
        others = min(max(_LEAST_OTHERS, self._generations // _OTHERS_SHARE), _MOST_OTHERS)
        return address, ConnectionPool(
            dialled, self.url, generations=self._generations, others=others
        )


async def _answered(pool: ConnectionPool, request: Request, way: _Way) -> Exchange:
    """Send a request and wait for the head of its answer."""
    while True:
        exchange = await pool.send(request, generation=way.generation, urgent=way.urgent)
        way.sent()
        try:
            await exchange.head()
        except BackendUnreachable:
            if not exchange.stale:
                raise
            # The server closed it at the same moment, and saw nothing.
        except BaseException:
            pool.leave(exchange)
            raise
        else:
            return exchange


async def _bounded(data: AsyncIterator[bytes], most_bytes: int, url: str) -> AsyncGenerator[bytes]:
    size = 0
    async for piece in data:
        size += len(piece)
        if size > most_bytes:
            raise too_much(url)
        yield piece
