"""`fimls connect`: to whom it sends what it has, and what it says where it does not."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from fimls.errors import ConfigurationError
from fimls.hub.hub_address import HubAddress
from fimls.hub.hub_client import connect
from fimls.hub.tokens import Tokens
from fimls.message_framing import Frames
from support.fake_sglang import FakeSGLang
from support.hub import at, hub_process, running_hub, write_settings
from support.process import ServerProcess
from support.wire import opened

STATUS = {"experimental": {"fimls": {"status": True}}}
AUTHORITY = trustme.CA()


def connecting(address: str, *arguments: str, **env: str):
    return ServerProcess.start("-m", "fimls", "connect", address, *arguments, env=env)


async def refused(address: str, *arguments: str, **env: str) -> str:
    """Return what the editor is told in answer to its first message; the log says it too."""
    async with await connecting(address, *arguments, **env) as editor, asyncio.timeout(30):
        request = editor.request("initialize", {"capabilities": STATUS})
        began = asyncio.get_running_loop().time()
        editor.send(request)
        message = (await editor.answer(request))["error"]["message"]
        assert asyncio.get_running_loop().time() - began < 12  # long before patience ends
        assert await editor.end() == 1
        assert message.encode() in editor.errors
        assert b"Traceback" not in editor.errors
    return message


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[bytes]]]:
    """An address that nobody named, and what came there."""
    came: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                came.append(connection.recv(65_536))
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    yield f"ws://127.0.0.1:{listening.getsockname()[1]}/", came
    listening.close()


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(elsewhere: tuple[str, list[bytes]], status: int):
    other, came = elsewhere

    class Redirects(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Location", other)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Redirects) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        says = await refused(f"ws://127.0.0.1:{server.server_port}", FIMLS_HUB_TOKEN="fimls_secret")
        server.shutdown()
    assert f"names another address (HTTP {status})" in says
    assert came == []


async def frame_of(reader: asyncio.StreamReader) -> dict[str, Any]:
    header = await reader.readuntil(b"\r\n\r\n")
    return json.loads(await reader.readexactly(int(header.split()[1])))


@pytest.mark.parametrize("when", ["at once", "after initialize", "when let in", "in a message"])
async def test_it_backs_off_from_whatever_closes(when: str):
    """A port forwarded to nowhere, a balancer without a hub, a hub that fails: each connects."""
    connects: list[float] = []
    let_in_first = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connects.append(asyncio.get_running_loop().time())
        first = not let_in_first.is_set()
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            if when != "at once" or first:
                message = await frame_of(reader)
                if when != "after initialize" or first:
                    answer = {"jsonrpc": "2.0", "id": message["id"], "result": {"capabilities": {}}}
                    data = Frames(2**20).frame(json.dumps(answer).encode())
                    writer.write(data[:-3] if when == "in a message" and not first else data)
                    await writer.drain()
                    let_in_first.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    address = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, await connecting(address) as editor:
        await editor.ask("initialize", {"capabilities": STATUS})
        await asyncio.sleep(4)
        assert 2 <= len(connects) <= 14  # each may be two: it looks whether TLS is spoken there
        failing = [m for m in editor.received if m.get("method") == "$/fimls/status"]
        assert len(failing) <= len(connects)
        assert editor.process.returncode is None
        editor.process.kill()
    assert editor.errors.count(b"WARNING") <= len(connects)


@pytest.fixture
async def hubs(sglang: FakeSGLang, tmp_path: Path) -> AsyncIterator[dict[str, int]]:
    """The ports of a hub, by scheme; its certificate is for 127.0.0.1."""
    certificate = AUTHORITY.issue_cert("127.0.0.1")
    (tmp_path / "chain.pem").write_bytes(b"".join(b.bytes() for b in certificate.cert_chain_pems))
    (tmp_path / "key.pem").write_bytes(certificate.private_key_pem.bytes())
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    settings = write_settings(
        tmp_path / "fimls.toml",
        sglang.url,
        tls_certificate=str(tmp_path / "chain.pem"),
        tls_key=str(tmp_path / "key.pem"),
    )
    schemes = ("tcp", "tls", "ws", "wss")
    async with running_hub(settings, *(f"{scheme}://127.0.0.1:0" for scheme in schemes)) as hub:
        yield {address.scheme: address.port for address in hub.addresses}


MISTAKES = {
    "a certificate of nobody known": ("tls://127.0.0.1:{tls}", (), "is not trusted (", "--ca FILE"),
    "the same, by WebSocket": ("wss://127.0.0.1:{wss}", (), "is not trusted (", "--ca FILE"),
    "a name that is not in it": ("tls://localhost:{tls}", ("--ca", "ca.pem"), "for another name"),
    "the same, wss": ("wss://localhost:{wss}", ("--ca", "ca.pem"), "for another name"),
    "TLS to a plain port": ("tls://127.0.0.1:{tcp}", (), "does not speak TLS"),
    "wss to a ws port": ("wss://127.0.0.1:{ws}", (), "does not speak TLS"),
    "plain to a TLS port": ("tcp://127.0.0.1:{tls}", (), "speaks TLS: write tls://"),
    "ws to a wss port": ("ws://127.0.0.1:{wss}", (), "speaks TLS: write wss://"),
    "tcp to a ws port": ("tcp://127.0.0.1:{ws}", (), "speaks HTTP: write ws://"),
    "ws to a tcp port": ("ws://127.0.0.1:{tcp}", (), "is no WebSocket: write tcp://"),
    "wss to a tls port": ("wss://127.0.0.1:{tls}", ("--ca", "ca.pem"), "no WebSocket: write tls"),
    "tls to a wss port": ("tls://127.0.0.1:{wss}", ("--ca", "ca.pem"), "speaks HTTP: write wss://"),
    "no such machine": ("tls://no-such-machine.invalid:{tls}", (), "machine named no-such"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_what_waiting_does_not_mend_is_said_at_once(
    hubs: dict[str, int], tmp_path: Path, mistake: str
):
    address, arguments, *says = MISTAKES[mistake]
    files = [str(tmp_path / each) if each.endswith(".pem") else each for each in arguments]
    if mistake == "no such machine":
        try:
            socket.getaddrinfo("no-such-machine.invalid", 1)
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                pytest.skip("no name server answers here")
    message = await refused(address.format(**hubs), *files)
    for words in says:
        assert words in message


async def test_an_expired_certificate_is_said_to_be_one(sglang: FakeSGLang, tmp_path: Path):
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert("127.0.0.1", not_after=yesterday).configure_cert(context)
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    server = await asyncio.start_server(lambda _, w: w.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        says = await refused(f"tls://127.0.0.1:{port}", "--ca", str(tmp_path / "ca.pem"))
    assert "has expired: have it renewed" in says


async def test_a_new_token_in_the_same_file_lets_the_editor_in_again(
    sglang: FakeSGLang, tmp_path: Path
):
    settings = write_settings(tmp_path / "fimls.toml", sglang.url, require_token=True)
    tokens, file = Tokens(tmp_path / "tokens.json", clock=lambda: 0.0), tmp_path / "token"
    file.write_text(tokens.create("alice")[1], "utf-8")
    sglang.script = ["x"]
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    async with (
        hub_process(settings, address),
        await connecting(address, "--token-file", str(file)) as editor,
    ):
        await editor.ask("initialize", {"capabilities": STATUS})
        editor.send({"method": "initialized", "params": {}}, opened("x"))
        tokens.revoke("alice")
        while not any("does not know the token" in str(m) for m in editor.received):
            await editor.read()
        file.write_text(tokens.create("alice")[1], "utf-8")
        seen = len(editor.received)
        while not any("'ready'" in str(m) for m in editor.received[seen:]):
            await editor.read()
        result = await editor.ask("textDocument/inlineCompletion", at(0, 1))
        assert [item["insertText"] for item in result["items"]] == ["x"]


@pytest.fixture
def impostor() -> Iterator[Any]:
    """Listens at a unix socket as another user."""
    started: list[subprocess.Popen[bytes]] = []

    def listen(path: Path) -> None:
        program = (
            "import os, socket, sys\nos.setgid(4002); os.setuid(4002)\n"
            "s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o777)\n"
            "s.listen(); print(flush=True)\nc, _ = s.accept(); print(c.recv(65536), flush=True)\n"
        )
        command = [sys.executable, "-I", "-c", program, str(path)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE))
        assert started[-1].stdout
        started[-1].stdout.readline()

    yield listen
    for each in started:
        each.kill()
        out, _ = each.communicate()
        assert b"initialize" not in out


@contextlib.contextmanager
def folder_of_another(above: str, mode: int) -> Iterator[Path]:
    """Make a folder of user 4002, in one that has this mode."""
    outer = Path(tempfile.mkdtemp(prefix="fimls-test-", dir=above))
    outer.chmod(mode)
    (outer / "fimls").mkdir(mode=0o755)
    os.chown(outer / "fimls", 4002, 4002)
    try:
        yield outer / "fimls"
    finally:
        shutil.rmtree(outer)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several users")
async def test_who_took_the_sockets_place_is_sent_nothing(impostor: Any):
    with folder_of_another("/tmp", 0o1777) as folder:
        impostor(folder / "fimls.sock")
        with pytest.raises(ConfigurationError, match=r"is the user 4002.*nothing is sent there"):
            await connect(HubAddress.parse(f"unix:{folder}/fimls.sock"), "t", authority=None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several users")
async def test_a_service_has_its_socket_where_nobody_else_puts_one(impostor: Any):
    with folder_of_another("/run", 0o755) as folder:
        impostor(folder / "hub.sock")
        link = await connect(HubAddress.parse(f"unix:{folder}/hub.sock"), "t", authority=None)
        await link.aclose()


NO_MESSAGES = {
    "text": b"garbage",
    "list": b"[]",
    "number": b"5",
    "depth": b"[" * 100_000,
    "digits": b'{"id":' + b"9" * 5_000 + b"}",
    "bytes": b"\xff\xfe",
    "id that is a list": b'{"jsonrpc":"2.0","id":[1],"result":1,"method":"x"}',
    "id that is a table": b'{"jsonrpc":"2.0","id":{},"result":1}',
    "error that is none": b'{"jsonrpc":"2.0","id":1,"error":5}',
}


@pytest.mark.parametrize("body", NO_MESSAGES.values(), ids=NO_MESSAGES)
async def test_what_is_no_message_is_passed_over_whoever_sends_it(body: bytes, tmp_path: Path):
    frames = Frames(2**20)
    hello = json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"capabilities": {}}}).encode()
    answer = json.dumps({"jsonrpc": "2.0", "id": 2, "result": "here"}).encode()

    async def hub(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await frame_of(reader)
        writer.write(frames.frame(body) + frames.frame(hello) + frames.frame(body))
        while (await frame_of(reader)).get("id") != 2:
            pass
        writer.write(frames.frame(body) + frames.frame(answer))

    async with (
        await asyncio.start_unix_server(hub, tmp_path / "hub"),
        await connecting(f"unix:{tmp_path}/hub") as editor,
    ):
        await editor.ask("initialize", {"capabilities": {}})
        assert editor.process.stdin
        editor.process.stdin.write(frames.frame(body))
        assert await editor.ask("custom/there") == "here"
        editor.send({"method": "exit"})
        await editor.end()
    assert b"Traceback" not in editor.errors
