"""Every door at ``log.level = "debug"`` with marked secrets: none of them is written anywhere."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from fimls.hub.tokens import Tokens
from support.fake_sglang import FakeSGLang, HttpError
from support.hub import at, hub_process, write_settings
from support.process import PATIENCE_S, ServerProcess
from support.wire import opened

MARK = "MARKED"
DEBUG = {"log": {"level": "debug"}}


def secrets(name: str) -> dict[str, Any]:
    """Return settings with secrets where they may stand, and where they may not."""
    return {
        "hub": {"token": f"{MARK}-hub-{name}"},
        "engine": {
            "api_key": f"{MARK}-engine-{name}",
            "headers": {"Authorization": f"Bearer {MARK}"},
        },
        "password": [f"{MARK}-list", {"value": f"{MARK}'quoted\"{name}"}],
    }


async def talk(server: ServerProcess, **own: Any) -> None:
    """Say all that may hold a secret, in ways that are taken and in ways that are not."""
    options = {**secrets("options"), **DEBUG, **own}
    workspace = {"workspace": {"configuration": True}}
    params = {"processId": None, "rootUri": None, "capabilities": workspace}
    await server.ask("initialize", {**params, "initializationOptions": options})
    server.send({"method": "initialized", "params": {}})
    for settings in (secrets("changed"), {"fimls": secrets("fimls")}, [secrets("list")], None):
        params = {"settings": settings}
        server.send({"method": "workspace/didChangeConfiguration", "params": params})
    server.send({"method": "workspace/didChangeConfiguration", "params": [secrets("broken")]})
    server.send({"method": "initialized", "params": secrets("odd")})
    server.send({"method": "custom/unknown", "params": secrets("unknown")})
    server.send(opened("x"))
    await server.ask("textDocument/inlineCompletion", at(0, 1))
    request = server.request("custom/unknown", secrets("request"))
    server.send(request)
    await server.answer(request)


async def answer_pull(server: ServerProcess) -> None:
    asked = [m for m in server.received if m.get("method") == "workspace/configuration"]
    for question in asked:
        server.send({"id": question["id"], "result": [{**secrets("pulled"), **DEBUG}]})
    await server.ask("textDocument/inlineCompletion", at(0, 1))


async def test_no_secret_is_written_by_serve(sglang: FakeSGLang, tmp_path: Path):
    sglang.script = [HttpError(401, {"error": f"no {MARK}-environment"})]
    config = tmp_path / "fimls"
    config.mkdir()
    (config / "fimls.toml").write_text(
        f'[engine]\nurl = "{sglang.url}"\n[hub]\ntoken = "{MARK}-file"\n[log]\nlevel = "debug"\n'
    )
    log = tmp_path / "fimls.log"
    env = {"FIMLS_API_KEY": f"{MARK}-environment", "XDG_CONFIG_HOME": str(tmp_path)}
    command = ("-m", "fimls", "serve", "--log-file", str(log))
    async with await ServerProcess.start(*command, env=env) as server:
        await talk(server)
        await answer_pull(server)
        await server.ask("shutdown")
        server.send({"method": "exit"})
        await server.end()
    written = log.read_text("utf-8")
    assert "DEBUG" in written
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert MARK not in written + server.errors.decode()
    assert MARK not in json.dumps([m for m in server.received if m.get("method")])


@pytest.mark.parametrize("scheme", ["unix", "ws"])
async def test_no_secret_is_written_by_a_hub_or_on_the_way_to_it(
    sglang: FakeSGLang, tmp_path: Path, scheme: str, unused_tcp_port: int
):
    address = {"unix": f"unix:{tmp_path}/h.sock", "ws": f"ws://127.0.0.1:{unused_tcp_port}"}[scheme]
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    with settings.open("a") as file:
        file.write('\n[log]\nlevel = "debug"\n')
    _, token = Tokens(tmp_path / "tokens.json", clock=lambda: 0.0).create("ann")
    log = tmp_path / "hub.log"
    wrong = token[:-8] + MARK + "xx"
    async with hub_process(settings, address, "--log-file", str(log)) as hub:
        said = b""
        for shown in (wrong, token):
            command = ("-m", "fimls", "connect", address)
            async with await ServerProcess.start(
                *command, env={"FIMLS_HUB_TOKEN": shown}
            ) as editor:
                if shown == token:
                    await talk(editor, hub={"token": shown})
                    await editor.ask("shutdown")
                    editor.send({"method": "exit"})
                else:
                    params = {"processId": None, "rootUri": None, "capabilities": {}}
                    editor.send(editor.request("initialize", params))
                async with asyncio.timeout(PATIENCE_S):
                    await editor.end()
            said += editor.errors
        hub.terminate()
        assert hub.stdout
        said += await hub.stdout.read()
    written = log.read_text("utf-8")
    assert "DEBUG" in written
    everything = written + said.decode()
    assert not {MARK, token, token[-20:], wrong[-20:]} & {
        each for each in (MARK, token, token[-20:], wrong[-20:]) if each in everything
    }
