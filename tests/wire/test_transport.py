"""What a network can do to a request."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest
import trustme

from fimls.backend.sglang import SGLangBackend
from fimls.errors import BackendError, BackendProtocolError, BackendUnreachable
from support.replay import STOP, collect, event, request, text_of

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


async def test_an_answer_over_tls_is_read_whatever_its_records_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server writes each event for itself, and several are there when it is read."""
    authority, tls = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    text = "".join(f"line {n}\n" for n in range(300))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + b"\r\n")
        for tokens, end in enumerate(range(50, len(text), 50), 1):
            writer.write(event(text[:end], tokens))
        writer.write(event(text, 60, STOP))
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()
        writer.close()

    async with listening(answer, tls) as url:
        backend = SGLangBackend(url)
        assert text_of(await collect(backend, request(max_new_tokens=100))) == text
        await backend.aclose()
