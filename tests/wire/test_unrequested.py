"""Answers that are not the one that was asked for: early, interim, second, or from elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from fimls.backend.sglang import SGLangBackend
from fimls.errors import BackendError, BackendProtocolError, BackendUnreachable
from support.raw_server import HEAD, Answer, asked, listening, settled
from support.replay import STOP, collect, event, text_of

WHOLE = event("right", 1, STOP) + b"data: [DONE]\n\n"
FORGED = event("forged", 1, STOP) + b"data: [DONE]\n\n"


def answer_of(body: bytes) -> bytes:
    return HEAD + b"content-length: %d\r\n\r\n%b" % (len(body), body)


def interim(status: int, headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d Wait\r\n%b\r\n" % (status, headers)


@pytest.mark.parametrize(
    "first",
    [
        interim(100),
        interim(102) * 3,
        interim(103, b"link: </style.css>; rel=preload; as=style\r\n" * 20),
        interim(103, b"set-cookie: a=b\r\nlocation: http://127.0.0.1:1/\r\n"),
        interim(103, b"content-length: 5\r\ntransfer-encoding: chunked\r\n"),
        interim(199),
    ],
    ids=["continue", "processing", "early hints", "cookie and address", "framing", "unknown"],
)
async def test_what_comes_before_the_answer_is_passed_over(first: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await asked(reader)
            for piece in (first[:7], first[7:], answer_of(WHOLE)):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.01)

    async with listening(answer) as url:
        backend = SGLangBackend(url)
        for _ in range(2):
            assert text_of(await collect(backend)) == "right"
        assert await settled(url, 1) == 1
        await backend.aclose()


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
        interim(103) * 50,
        interim(103, b"x: " + b"y" * 100_000 + b"\r\n"),
        interim(103, b"x: y\r\n" * 20_000),
        b"HTTP/2 200\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
    ids=["another protocol", "fifty", "long line", "many lines", "HTTP/2", "preface of HTTP/2"],
)
async def test_interim_answers_have_bounds(first: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(first + answer_of(WHOLE))
        await reader.read()

    async with listening(answer) as url:
        backend = SGLangBackend(url, read_timeout_s=5)
        with pytest.raises(BackendProtocolError):
            await collect(backend)
        await backend.aclose()
        assert await settled(url, 0) == 0


@pytest.mark.parametrize("pause_s", [0.0, 0.02])
@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize(
    "greeting", [answer_of(FORGED), b"220 mail.example ESMTP\r\n", b"SSH-2.0-OpenSSH_9.6\r\n"]
)
async def test_who_speaks_first_is_no_engine_or_answered_in_time(
    greeting: bytes,
    tls: bool,
    pause_s: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The answer to a request that was not sent yet is not waited for until all patience ends."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        await asyncio.sleep(pause_s)
        await reader.read()

    context = trusted(tmp_path, monkeypatch) if tls else None
    async with listening(answer, context) as url:
        backend = SGLangBackend(url, read_timeout_s=30)
        async with asyncio.timeout(10):
            with contextlib.suppress(BackendError):
                await collect(backend)
        await backend.aclose()
        assert await settled(url, 0) == 0


@pytest.mark.parametrize("late_s", [0.0, 0.05])
@pytest.mark.parametrize(
    "more",
    [
        answer_of(FORGED),
        b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n",
        b"\0",
        b"\r\n",
    ],
    ids=["a second answer", "a time-out", "a byte", "a line end"],
)
async def test_what_follows_an_answer_is_never_the_next_one(more: bytes, late_s: float) -> None:
    """Of a hub, the next request on that connection may be somebody else's."""
    connections = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await asked(reader)
            writer.write(answer_of(WHOLE) + (b"" if late_s else more))
            if late_s:
                await asyncio.sleep(late_s)
                writer.write(more)

    async with listening(answer) as url:
        backend = SGLangBackend(url)
        for _ in range(4):
            assert text_of(await collect(backend)) == "right"
            await asyncio.sleep(3 * late_s)
        assert connections == 4
        await backend.aclose()


async def test_an_answer_that_lies_ready_when_the_next_request_is_sent_is_not_its_own() -> None:
    """It came while the loop did something else: nothing has read it yet."""
    writers: list[asyncio.StreamWriter] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        while True:
            await asked(reader)
            writer.write(answer_of(WHOLE))

    async with listening(answer) as url:
        backend = SGLangBackend(url)
        assert text_of(await collect(backend)) == "right"
        os.write(writers[0].get_extra_info("socket").fileno(), answer_of(FORGED))
        assert text_of(await collect(backend)) == "right"
        assert len(writers) == 2
        await backend.aclose()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int) -> None:
    """Text and key are for the address that the user wrote."""
    reached: list[str] = []

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(await asked(reader))
        writer.close()

    async with listening(elsewhere) as other:

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = f"HTTP/1.1 {status} Elsewhere\r\nlocation: {other}/generate\r\n"
            while True:
                await asked(reader)
                writer.write(f"{head}content-length: 0\r\nrefresh: 0; url={other}\r\n\r\n".encode())

        async with listening(answer) as url:
            backend = SGLangBackend(url)
            for ask in (collect, SGLangBackend.model_info):
                with pytest.raises(BackendError) as refused:
                    await ask(backend)
                assert str(status) in str(refused.value)
            await backend.aclose()
    assert reached == []


HALF: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "half a record": lambda: b"\x16\x03\x03\x00\x7a\x02\x00\x00",
    "a record that goes on": lambda: b"\x16\x03\x03\xff\xff" + b"\0" * 1_000,
    "an answer in plain text": lambda: answer_of(WHOLE),
    "garbage": lambda: bytes(range(256)) * 4,
}


@pytest.mark.parametrize("says", HALF)
async def test_an_engine_that_does_not_finish_the_handshake_keeps_nothing(says: str) -> None:
    def answering() -> Answer:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1_000)
            writer.write(HALF[says]())
            await reader.read()

        return answer

    async with listening(answering()) as url:
        backend = SGLangBackend(url.replace("http:", "https:"), connect_timeout_s=0.3)
        async with asyncio.timeout(10):
            for _ in range(3):
                with pytest.raises(BackendUnreachable, match=r"TLS|https"):
                    await collect(backend)
        assert await settled(url, 0) == 0
        await backend.aclose()


def trusted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return what a server of this machine speaks TLS with, which this process trusts."""
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
    return context
