"""What peers do below LSP, at ports that anybody reaches: TLS, and the frames of a WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
import trustme

from fimls.hub.certificate import load_certificate
from fimls.hub.hub import Hub
from support.fake_sglang import FakeSGLang
from support.hub import HubEditor, running_hub, write_settings
from support.raw_server import longest_callback
from support.wire import opened

AUTHORITY = trustme.CA()
TRUST = ssl.create_default_context()
AUTHORITY.configure_trust(TRUST)
BUDGET_S = 0.05
HANDSHAKE_S = 1.0
MANY = 100


@pytest.fixture
async def hub(sglang: FakeSGLang, tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub at TLS, at WebSockets over TLS, and at plain ones, for one second of patience."""
    certificate = AUTHORITY.issue_cert("127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    key.write_bytes(certificate.private_key_pem.bytes())
    settings = write_settings(
        tmp_path / "fimls.toml",
        sglang.url,
        tls_certificate=str(chain),
        tls_key=str(key),
        handshake_ms=int(HANDSHAKE_S * 1e3),
    )
    addresses = [f"{scheme}://127.0.0.1:0" for scheme in ("tls", "wss", "ws")]
    async with running_hub(settings, *addresses) as hub:
        yield hub


def client_hello() -> bytes:
    """Return what a client begins with."""
    out = ssl.MemoryBIO()
    client = TRUST.wrap_bio(ssl.MemoryBIO(), out, server_hostname="127.0.0.1")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return out.read()


HALF_OPEN: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "half a hello": lambda: client_hello()[:40],
    "a hello and nothing more": client_hello,
    "a record that goes on and on": lambda: b"\x16\x03\x01\xff\xff" + b"\x01" * 1_000,
    "garbage": lambda: bytes(range(256)) * 8,
    "an alert": lambda: b"\x15\x03\x01\x00\x02\x02\x28",
    "empty records": lambda: b"\x16\x03\x01\x00\x00" * 5_000,
    "plain LSP": lambda: b"Content-Length: 2\r\n\r\n{}",
    "plain HTTP": lambda: b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("begins", HALF_OPEN)
async def test_whoever_does_not_finish_the_handshake_keeps_nobody_out_and_leaves_nothing(
    hub: Hub, begins: str, monkeypatch: pytest.MonkeyPatch
):
    address = hub.addresses[0]
    before = psutil.Process().num_fds()
    strangers = [socket.create_connection((address.host, address.port)) for _ in range(MANY)]
    with longest_callback(monkeypatch) as took:
        for stranger in strangers:
            with contextlib.suppress(OSError):  # what is no TLS is ended at once
                stranger.sendall(HALF_OPEN[begins]())
        async with await HubEditor.connect(hub.addresses[0], TRUST) as editor:
            await editor.enter()
            editor.send(opened("x"))
            assert await editor.complete(0, 1) == ["x"]
        async with asyncio.timeout(HANDSHAKE_S + 10):
            while psutil.Process().num_fds() > before + MANY:  # theirs alone are left
                await asyncio.sleep(0.02)
    assert took[0] < BUDGET_S
    assert not hub.connections
    for stranger in strangers:
        stranger.close()


@pytest.mark.parametrize("sends", [b"", b"C", b"GET / HT"])
@pytest.mark.parametrize("port", ["tls", "wss", "ws"])
async def test_whoever_says_nothing_behind_the_handshake_is_sent_away(
    hub: Hub, port: str, sends: bytes
):
    address = next(each for each in hub.addresses if each.scheme == port)
    context = TRUST if address.encrypted else None
    reader, writer = await asyncio.open_connection(address.host, address.port, ssl=context)
    writer.write(sends)
    async with asyncio.timeout(HANDSHAKE_S + 10):
        with contextlib.suppress(ConnectionError):
            await reader.read()
    writer.close()


async def test_an_editor_that_reads_nothing_over_tls_is_dropped(
    sglang: FakeSGLang, hub: Hub, tmp_path: Path
):
    settings = tmp_path / "fimls.toml"
    settings.write_text(settings.read_text("utf-8") + "\nunsent_bytes = 65536\n", "utf-8")
    await hub.reload()
    address = hub.addresses[0]
    reader, writer = await asyncio.open_connection(address.host, address.port, ssl=TRUST)
    editor = HubEditor(reader, writer)
    await editor.enter()
    assert len(hub.connections) == 1
    transport = writer.transport
    assert isinstance(transport, asyncio.Transport)
    transport.pause_reading()
    async with asyncio.timeout(30):
        while hub.connections:
            if not writer.is_closing():
                editor.send(*({"id": n, "method": "x" * 1_000} for n in range(200)))
            await asyncio.sleep(0.01)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here")
async def test_nobody_begins_a_handshake_anew(hub: Hub):
    """A client that can do so has the hub compute for it as often as it likes; TLS 1.3 has none."""
    assert load_certificate(hub.settings.hub).options & ssl.OP_NO_RENEGOTIATION
    address = hub.addresses[0]
    client = await asyncio.create_subprocess_exec(
        *("openssl", "s_client", "-tls1_2", "-connect", f"{address.host}:{address.port}"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert client.stdin
    assert client.stdout
    shown = b""
    async with asyncio.timeout(20):
        while b"Verify return code" not in shown:
            shown += await client.stdout.read(4_096)
        client.stdin.write(b"R\n")
        shown += await client.stdout.read()
        await client.wait()
    assert b"read R BLOCK" not in shown.partition(b"RENEGOTIATING")[2]
    assert not hub.connections


async def test_a_message_in_many_tls_records_is_read_as_it_was_sent(hub: Hub):
    """Each write is a record of its own; the hub finds many of them at once."""
    async with await HubEditor.connect(hub.addresses[0], TRUST) as editor:
        await editor.enter()
        for line in range(300):
            editor.send({"method": "x/y", "params": {"line": line}})
        editor.send(opened("value = 1\n" * 5_000 + "x"))
        assert await editor.complete(5_000, 1) == ["x"]
        assert editor.shown() == []


FLOODS = {
    "pings": b"\x89\x80abcd",
    "pongs that nobody asked for": b"\x8a\x80abcd",
    "empty pieces of one message": b"\x00\x80abcd",
    "pieces of one letter": b"\x00\x81abcd\x00",
    "messages of nothing": b"\x81\x80abcd",
}
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.mark.parametrize("frames", FLOODS)
async def test_the_smallest_frames_of_a_websocket_let_others_have_their_turn(
    hub: Hub, frames: str, monkeypatch: pytest.MonkeyPatch
):
    """A stranger's: all of them come before it is let in."""
    address = hub.addresses[2]
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(UPGRADE)
    assert b"101" in await reader.readuntil(b"\r\n\r\n")
    frame = FLOODS[frames]
    begin = b"\x01\x80abcd" if frame[0] == 0 else b""
    with longest_callback(monkeypatch) as took:
        async with await HubEditor.connect(hub.addresses[0], TRUST) as editor:
            await editor.enter()
            editor.send(opened("x"))
            writer.write(begin + frame * (240_000 // len(frame)))
            assert await editor.complete(0, 1) == ["x"]
        async with asyncio.timeout(HANDSHAKE_S + 10):
            with contextlib.suppress(ConnectionError):
                await reader.read()
    assert took[0] < BUDGET_S
    writer.close()
