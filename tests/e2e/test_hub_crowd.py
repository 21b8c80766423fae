"""Many connections at a hub that never come in: who is inside notices nothing."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import ssl
from pathlib import Path
from typing import Any

import psutil
import trustme

from fimls.hub.hub_address import HubAddress
from support.fake_sglang import FakeSGLang
from support.hub import HubEditor, hub_process, running_hub, write_settings
from support.wire import opened, typed

AUTHORITY = trustme.CA()
TRUST = ssl.create_default_context()
AUTHORITY.configure_trust(TRUST)


def settings_with_tls(folder: Path, url: str, **hub: Any) -> Path:
    certificate = AUTHORITY.issue_cert("127.0.0.1")
    (folder / "chain.pem").write_bytes(b"".join(b.bytes() for b in certificate.cert_chain_pems))
    (folder / "key.pem").write_bytes(certificate.private_key_pem.bytes())
    tls = {"tls_certificate": f"{folder}/chain.pem", "tls_key": f"{folder}/key.pem"}
    return write_settings(folder / "fimls.toml", url, **tls, **hub)


async def test_silent_connections_before_the_handshake_take_no_descriptors_of_others(
    sglang: FakeSGLang, tmp_path: Path
):
    settings = settings_with_tls(tmp_path, sglang.url)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = HubAddress(scheme="tls", host="127.0.0.1", port=probe.getsockname()[1])
    sglang.script = ["x"]

    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))

    silent: list[socket.socket] = []
    async with hub_process(settings, str(address), preexec_fn=few) as hub:
        async with await HubEditor.connect(address, TRUST) as editor:
            await editor.enter()
            editor.send(opened("x"))
            try:
                for version in range(2, 12):
                    for _ in range(60):
                        silent.append(socket.create_connection((address.host, address.port)))
                    editor.send(typed(0, 0, "y", version=version))
                    assert await editor.complete(0, 1) == ["x"]
                assert psutil.Process(hub.pid).num_fds() < 200
                async with await HubEditor.connect(address, TRUST) as newcomer:
                    assert "result" in await newcomer.enter()
            finally:
                for each in silent:
                    each.close()
        hub.terminate()
        log, _ = await hub.communicate()
    assert b"connections have not been let in yet" in log
    assert b"Traceback" not in log


async def test_an_editor_that_takes_its_time_comes_in_through_a_crowd(
    sglang: FakeSGLang, tmp_path: Path
):
    """At some hundred new connections a second, its first message comes 300 ms after its own."""
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    sglang.script = ["x"]
    async with running_hub(settings, "tcp://127.0.0.1:0") as hub:
        port, crowd, over = hub.addresses[0].port, list[asyncio.StreamWriter](), asyncio.Event()

        async def push() -> None:
            with contextlib.suppress(OSError):
                while not over.is_set():
                    crowd.append((await asyncio.open_connection("127.0.0.1", port))[1])
                    await asyncio.sleep(0.001)

        pushing = [asyncio.create_task(push()) for _ in range(2)]
        try:
            for _ in range(6):
                async with await HubEditor.connect(hub.addresses[0]) as editor:
                    await asyncio.sleep(0.3)
                    assert "result" in await editor.enter()
        finally:
            over.set()
            await asyncio.gather(*pushing)
            for writer in crowd:
                writer.transport.abort()
    assert len(crowd) > 300


async def test_one_users_editors_leave_room_for_others(sglang: FakeSGLang, tmp_path: Path):
    limits = {"connections": 8, "user_connections": 3, "require_token": True}
    settings = write_settings(tmp_path / "fimls.toml", sglang.url, **limits)
    async with (
        running_hub(settings, "tcp://127.0.0.1:0") as hub,
        contextlib.AsyncExitStack() as editors,
    ):
        tokens = {name: hub.tokens.create(name)[1] for name in ("alice", "bob")}

        async def enters(name: str) -> dict[str, Any]:
            editor = await editors.enter_async_context(await HubEditor.connect(hub.addresses[0]))
            return await editor.enter(token=tokens[name])

        for _ in range(3):
            assert "result" in await enters("alice")
        for _ in range(3):
            error = (await enters("alice"))["error"]
            assert "You have 3 editors at this hub already" in error["message"]
            assert error["code"] == -32_002  # it is no use to give up
        assert "result" in await enters("bob")
