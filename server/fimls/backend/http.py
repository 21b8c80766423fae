"""HTTP to one server: a pool of connections, and what comes back as bytes or JSON."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from fimls.backend.faults import engine_message, from_status, mapped, not_sglang
from fimls.backend.many import Posted, PostsForMany, goes_through_proxy
from fimls.errors import BackendError, BackendUnreachable, ConfigurationError

if TYPE_CHECKING:
    import httpx

    from fimls.backend.secret import ApiKey

JSON = {"Content-Type": "application/json"}

_IDLE_SECONDS = 4.0
"""How long a connection is kept; uvicorn closes it after 5, and reusing it then would fail."""
_MAX_ERROR_BYTES = 2**20

logger = logging.getLogger(__name__)


class Http:
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
        transport: httpx.AsyncBaseTransport | None,
        for_many: bool,
    ) -> None:
        """Nothing is imported, opened or asked yet; the arguments are SGLangBackend's."""
        self.url = url.rstrip("/")
        self._headers = {"Authorization": api_key.authorization} if api_key else {}
        self._timeouts_s = (connect_timeout_s, read_timeout_s)
        self._transport = transport
        self._for_many = for_many
        self._client: httpx.AsyncClient | None = None
        self._many: PostsForMany | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it is asked nothing any more."""
        return self._closed

    @asynccontextmanager
    async def post(
        self, path: str, body: bytes, headers: Mapping[str, str] = JSON
    ) -> AsyncGenerator[Posted]:
        """Post JSON; leaving the block before the answer's end closes the connection.

        Args:
            path: behind the base address.
            body: JSON.
            headers: of this request; they say that it is JSON.

        Raises:
            ConfigurationError: the address, or a proxy that the environment names, is not usable.
        """
        client = await self._open()
        if self._many is not None:
            async with self._many.post(path, body, headers) as posted:
                yield posted
            return
        with mapped(self.url):
            async with client.stream("POST", path, content=body, headers=headers) as response:
                yield _posted(response)

    async def get(self, path: str) -> int:
        """Return the status of what is at a path."""
        client = await self._open()
        with mapped(self.url):
            return (await client.get(path)).status_code

    async def get_json(self, *paths: str) -> dict[str, Any]:
        """Return the JSON at the first of these paths that the server knows."""
        client = await self._open()
        with mapped(self.url):
            for path in paths:
                async with client.stream("GET", path) as response:
                    if response.status_code == 404 and path != paths[-1]:
                        continue
                    if response.status_code != 200:
                        raise await self.refusal(_posted(response))
                    try:
                        return cast("dict[str, Any]", dict(json.loads(await response.aread())))
                    except (ValueError, TypeError, RecursionError) as error:
                        raise not_sglang(self.url, f"/{path} is not a JSON object") from error
        raise AssertionError("unreachable: the last path returns or raises")

    async def refusal(self, answer: Posted) -> BackendError:
        """Return the error that an answer stands for."""
        body = b""
        async for data in answer.data:
            body += data
            if len(body) > _MAX_ERROR_BYTES:
                break
        try:
            message = engine_message(json.loads(body))
        except (ValueError, RecursionError):
            message = ""
        return from_status(answer.status, message, self.url)

    async def aclose(self) -> None:
        """Close the connections."""
        self._closed = True
        if self._client is not None:
            await self._client.aclose()
        if self._many is not None:
            await self._many.aclose()

    async def _open(self) -> httpx.AsyncClient:
        """Return the pool of connections.

        It is made in a worker thread: importing httpx takes 0.4 s, and an editor would notice.
        """
        if self._closed:
            raise BackendUnreachable(f"The connection to {self.url} has been closed.")
        if self._client is None:
            async with self._opening:
                if self._client is None:
                    self._client, self._many = await asyncio.to_thread(self._new)
        return self._client

    def _new(self) -> tuple[httpx.AsyncClient, PostsForMany | None]:
        import httpx

        connect_s, read_s = self._timeouts_s
        try:
            url = httpx.URL(self.url)
            if not url.host or url.userinfo:
                raise ValueError("a host, and no password, belongs into it")
            # Proxies in the environment are for other machines.
            proxied = not _is_this_machine(url.host)
            tls = httpx.create_ssl_context()
            client = httpx.AsyncClient(
                base_url=url,
                headers=self._headers,
                timeout=httpx.Timeout(read_s, connect=connect_s),
                # An abort must never wait for the generations before it.
                limits=httpx.Limits(max_connections=None, keepalive_expiry=_IDLE_SECONDS),
                # A redirect could carry prompts, or the key, to another server.
                follow_redirects=False,
                trust_env=proxied,
                transport=self._transport,
                verify=tls,
            )
        except (httpx.InvalidURL, ValueError, ImportError) as error:
            raise ConfigurationError(
                f"engine.url, or a proxy in the environment, cannot be used: {error}."
            ) from error
        stood_in = self._transport is not None
        if not self._for_many or stood_in or (proxied and goes_through_proxy(self.url)):
            return client, None
        try:
            many = PostsForMany(
                self.url,
                headers=self._headers,
                connect_s=connect_s,
                read_s=read_s,
                idle_s=_IDLE_SECONDS,
                tls=tls,
            )
        except ImportError:
            logger.info(
                "Many editors need less of the processor with the extra hub:"
                " pip install '.[hub]' in a clone of fimls."
            )
            return client, None
        return client, many


def _posted(response: httpx.Response) -> Posted:
    return Posted(status=response.status_code, data=response.aiter_bytes())


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
