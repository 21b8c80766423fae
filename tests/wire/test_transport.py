"""What a network can do to a request."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
import trustme

from fimls.backend.sglang import SGLangBackend
from fimls.errors import BackendError, BackendProtocolError, BackendUnreachable
from support.replay import collect

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def listening(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncGenerator[str, None]:
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    async with server:
        scheme = "https" if tls else "http"
        yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def saying(data: bytes) -> Answer:
    """Read a request, answer with these bytes, and end the connection."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        writer.close()

    return answer


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        (b"", BackendUnreachable, "broke"),
        (HEAD, BackendUnreachable, "broke"),
        (HEAD + b"content-length: 100\r\n\r\ndata: ", BackendUnreachable, "broke"),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n6\r\ndata: \r\n", BackendUnreachable, "broke"),
        (HEAD + b"content-length: 0\r\n\r\n", BackendUnreachable, "broke"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", BackendProtocolError, "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nno header\r\n\r\n", BackendProtocolError, "not HTTP"),
    ],
)
async def test_what_is_no_answer(data: bytes, kind: type[BackendError], says: str) -> None:
    async with listening(saying(data)) as url:
        backend = SGLangBackend(url)
        with pytest.raises(kind, match=says):
            await collect(backend)
        await backend.aclose()


async def test_a_certificate_that_nobody_vouches_for() -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    async with listening(saying(b""), tls) as url:
        backend = SGLangBackend(url)
        with pytest.raises(BackendUnreachable, match=r"not trusted.*SSL_CERT_FILE"):
            await collect(backend)
        await backend.aclose()


async def test_an_engine_that_does_not_begin_to_answer() -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # to the end: the client leaves first
        writer.close()

    async with listening(silence) as url:
        backend = SGLangBackend(url, read_timeout_s=0.05)
        with pytest.raises(BackendUnreachable, match="silent"):
            await collect(backend)
        await backend.aclose()
