"""``fimls hub``, ``fimls connect`` and ``fimls token`` as processes."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from fimls.bench import hostile_editor
from fimls.bench.hub import resident
from fimls.cli import main
from fimls.hub.hub_address import HubAddress
from support.fake_sglang import FakeSGLang, Hold
from support.hub import HubEditor, at, hub_process, write_settings
from support.process import ServerProcess
from support.wire import opened, typed

STATUS = {"experimental": {"fimls": {"status": True}}}


def connecting(address: str, *arguments: str, **env: str):
    return ServerProcess.start("-m", "fimls", "connect", address, *arguments, env=env)


async def until_status(server: ServerProcess, state: str) -> dict[str, Any]:
    """Read until the server says that this is the state; what was said before does not count."""
    seen = len(server.received)
    while True:
        await server.read()
        for message in server.received[seen:]:
            if message.get("method") == "$/fimls/status" and message["params"]["state"] == state:
                return message["params"]


async def enter(server: ServerProcess) -> None:
    params = {"processId": None, "rootUri": None, "capabilities": STATUS}
    await server.ask("initialize", params)
    server.send({"method": "initialized", "params": {}})


async def complete(server: ServerProcess, line: int, character: int) -> list[str]:
    result = await server.ask("textDocument/inlineCompletion", at(line, character))
    return [item["insertText"] for item in result["items"]]


@pytest.mark.parametrize("scheme", ["unix", "tcp", "ws"])
async def test_an_editor_on_standard_input_and_output(
    sglang: FakeSGLang, tmp_path: Path, scheme: str
):
    sglang.script = ["through"]
    address = f"unix:{tmp_path}/h.sock" if scheme == "unix" else f"{scheme}://127.0.0.1:{port()}"
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    async with hub_process(settings, address), await connecting(address, "--stdio") as editor:
        await enter(editor)
        editor.send(opened("x"))
        assert await complete(editor, 0, 1) == ["through"]
        assert await editor.ask("shutdown") is None
        editor.send({"method": "exit"})
        assert await editor.end() == 0


async def test_the_hub_dies_and_comes_back_and_the_editor_goes_on(
    sglang: FakeSGLang, tmp_path: Path
):
    sglang.script = ["before"]
    address = f"unix:{tmp_path}/h.sock"
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    async with hub_process(settings, address) as hub, await connecting(address) as editor:
        await enter(editor)
        editor.send(opened("one\ntwo"), typed(1, 3, "!", version=2))
        assert await complete(editor, 1, 4) == ["before"]
        sglang.script = ["a", Hold()]
        lost = editor.request("textDocument/inlineCompletion", at(1, 4))
        editor.send(lost)
        await asyncio.to_thread(sglang.wait_started, count=2)
        hub.kill()
        assert (await editor.answer(lost))["error"]["code"] == -32_801
        said = await until_status(editor, "failing")
        assert said["cause"] == "HubUnreachable"
        away = editor.request("textDocument/inlineCompletion", at(1, 4))
        editor.send(typed(1, 4, "?", version=3), away)  # typed while there is no hub
        assert (await editor.answer(away))["error"]["code"] == -32_801
        sglang.script = ["after"]
        async with hub_process(settings, address):
            await until_status(editor, "ready")
            editor.send(typed(1, 5, "+", version=4))
            assert await complete(editor, 1, 6) == ["after"]
            ids = sglang.requests[-1]["input_ids"]
            assert len(ids) == len(sglang.requests[0]["input_ids"]) + 2


async def test_a_client_without_a_hub_says_so_and_ends(tmp_path: Path):
    address = f"tcp://127.0.0.1:{port()}"
    program = (
        "import fimls.hub.connect_bridge as b; b.FIRST_PATIENCE_S = 0.2\n"
        f"from fimls.cli import main; raise SystemExit(main(['connect', '{address}']))"
    )
    async with await ServerProcess.start("-c", program) as editor:
        editor.send(editor.request("initialize", {"capabilities": {}}))
        assert await editor.end() == 1
        assert f"No hub answers at {address}: check that `fimls hub` runs".encode() in editor.errors
        assert b"Traceback" not in editor.errors


async def test_a_token_is_made_used_and_revoked(
    sglang: FakeSGLang, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    address = f"tcp://127.0.0.1:{port()}"
    settings = write_settings(tmp_path / "fimls.toml", sglang.url, require_token=True)

    def token(*arguments: str) -> str:
        assert main(["token", "--config", str(settings), *arguments]) == 0
        return capsys.readouterr().out.strip()

    secret = token("create", "alice", "--team", "kernel")
    async with hub_process(settings, address):
        async with await connecting(address) as editor:
            answer = editor.request("initialize", {"capabilities": {}})
            editor.send(answer)
            assert "needs a token" in (await editor.answer(answer))["error"]["message"]
        async with await connecting(address, FIMLS_HUB_TOKEN=secret) as editor:
            await enter(editor)
            editor.send(opened("x"))
            assert await complete(editor, 0, 1) == ["x"]
            listed = token("list")
            assert "alice" in listed
            assert secret.split("_", 2)[2] not in listed
            assert "of alice" in token("revoke", "alice")
            # The hub notices by itself, and there is no way back in.
            while not any("revoked" in str(m.get("params")) for m in editor.received):
                await editor.read()
            assert await editor.end() == 1
            assert b"does not know the token" in editor.errors
    assert "alice" not in token("list")


async def test_sigterm_finishes_what_runs_and_sighup_reads_again(
    sglang: FakeSGLang, tmp_path: Path
):
    sglang.script = ["a", Hold(), "b"]
    address = HubAddress.parse(f"unix:{tmp_path}/h.sock")
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    async with (
        hub_process(settings, str(address)) as hub,
        await HubEditor.connect(address) as editor,
    ):
        await editor.enter()
        request = editor.request("textDocument/inlineCompletion", at(0, 1))
        editor.send(opened("x"), request)
        await asyncio.to_thread(sglang.wait_started)
        hub.send_signal(signal.SIGHUP)
        await asyncio.sleep(0.1)
        hub.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.1)
        sglang.release()
        answer = await editor.answer(request)
        assert answer["result"]["items"][0]["insertText"] == "ab"
        log = await hub.communicate()
        assert hub.returncode == 0
        assert b"were read again" in log[0]
        assert b"Traceback" not in log[0]


async def test_a_socket_that_systemd_opened(sglang: FakeSGLang, tmp_path: Path):
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    listening = socket.create_server(("127.0.0.1", 0))
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(f"{tmp_path}/notify")

    told.settimeout(20)
    program = (
        f"import os; os.dup2({listening.fileno()}, 3); os.environ['LISTEN_PID'] = str(os.getpid())"
        f"\nfrom fimls.cli import main; raise SystemExit(main(['hub', '--config', '{settings}']))"
    )
    env = {"LISTEN_FDS": "1", "LISTEN_FDNAMES": "tcp", "NOTIFY_SOCKET": f"{tmp_path}/notify"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        env={**os.environ, **env},
        pass_fds=[listening.fileno()],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        assert await asyncio.to_thread(told.recv, 100) == b"READY=1"
        address = HubAddress(scheme="tcp", host="127.0.0.1", port=listening.getsockname()[1])
        async with await HubEditor.connect(address) as editor:
            assert "result" in await editor.enter()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(told.recv, 100) == b"STOPPING=1"
        log, _ = await process.communicate()
        assert f"listens at {address}".encode() in log
        assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.kill()
        listening.close()
        told.close()


def port() -> int:
    """Return a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    "spoilt",
    ["", "[hub", '[hub]\nrequire_token = "true"\n', "[Hubs]\n", "x = [[[", "x = " + "9" * 6_000],
)
async def test_a_hub_with_spoilt_settings_ends_with_a_sentence(tmp_path: Path, spoilt: str):
    settings, log = tmp_path / "fimls.toml", tmp_path / "log"
    settings.write_text(spoilt, "utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fimls", "hub", "--config", str(settings)),
        *("--log-file", str(log), "tcp://127.0.0.1:0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, said = await process.communicate()
    assert process.returncode == 1
    assert out == b""
    assert b"Traceback" not in said
    assert b"The hub does not start until that is corrected." in said
    assert str(settings) in log.read_text("utf-8")


async def test_a_hub_without_settings_listens_at_a_unix_socket_alone(tmp_path: Path):
    env = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fimls", "hub", "tcp://127.0.0.1:0"),
        env=env,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 1
    assert b"without one a hub listens at a unix socket alone" in said


async def test_a_reload_of_spoilt_settings_changes_nothing_and_is_told_to_systemd(
    sglang: FakeSGLang, tmp_path: Path
):
    settings = write_settings(tmp_path / "fimls.toml", sglang.url, require_token=True)
    address = HubAddress(scheme="tcp", host="127.0.0.1", port=port())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(f"{tmp_path}/notify")
        told.settimeout(20)
        env = {**os.environ, "NOTIFY_SOCKET": f"{tmp_path}/notify"}
        async with hub_process(settings, str(address), env=env) as hub:
            settings.write_text("[hub]\nrequire_tok", "utf-8")
            hub.send_signal(signal.SIGHUP)
            states: list[bytes] = []
            while not any(b"Nothing was read again" in state for state in states):
                states.append(await asyncio.to_thread(told.recv, 4_096))
            async with await HubEditor.connect(address) as editor:
                assert "needs a token" in (await editor.enter())["error"]["message"]
            hub.send_signal(signal.SIGTERM)
            log, _ = await hub.communicate()
    assert b"Nothing was read again: all is as it was." in log
    assert b"Traceback" not in log


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says how much memory a process has")
async def test_what_one_editor_makes_a_hub_take_is_given_back(sglang: FakeSGLang, tmp_path: Path):
    socket_file = tmp_path / "h.sock"
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    async with hub_process(settings, f"unix:{socket_file}") as hub:
        editor = hostile_editor.Client(*await asyncio.open_unix_connection(str(socket_file)))
        await editor.enter({})
        attacks = list(hostile_editor.attacks())
        await editor.attack(*attacks[-1])
        before = resident(hub.pid)
        for attack in [*attacks[:10], *attacks[:3]]:
            await editor.attack(*attack)
        kept = (resident(hub.pid) - before) / 1e6
        editor.close()
    assert kept < 40, f"{kept:.0f} MB"
