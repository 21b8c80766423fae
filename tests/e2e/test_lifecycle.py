"""Starting and ending ``fimls serve``, as a process."""

from __future__ import annotations

import asyncio
from pathlib import Path

from support.fake_sglang import FakeSGLang, Hold
from support.process import INITIALIZE, ServerProcess
from support.wire import cancel, opened

COMPLETION = {
    "textDocument": {"uri": "file:///a.py"},
    "position": {"line": 0, "character": 0},
    "context": {"triggerKind": 2},
}
EXIT = {"method": "exit"}


async def generating(server: ServerProcess, engine: FakeSGLang) -> dict[str, object]:
    """Bring a server to where a completion runs in the engine; returns the request."""
    engine.script = ["a", Hold()]
    await server.initialize({"engine": {"url": engine.url}})
    request = server.request("textDocument/inlineCompletion", COMPLETION)
    server.send(opened(""), request)
    await asyncio.to_thread(engine.wait_started)
    return request


async def test_shutdown_with_a_request_in_flight_exits_0(sglang: FakeSGLang):
    async with await ServerProcess.start() as server:
        request = await generating(server, sglang)
        assert await server.ask("shutdown") is None
        assert (await server.answer(request))["error"]["code"] == -32800
        server.send(EXIT)
        assert await server.end() == 0
        assert await server.rest() == b""
        assert b"Traceback" not in server.errors
    await asyncio.to_thread(sglang.wait_ended)
    assert sglang.aborted == [sglang.requests[0]["rid"]]


async def test_exit_without_shutdown_exits_1(sglang: FakeSGLang):
    async with await ServerProcess.start() as server:
        await generating(server, sglang)
        server.send(EXIT)
        assert await server.end() == 1
        assert b"Traceback" not in server.errors
    await asyncio.to_thread(sglang.wait_ended)


async def test_the_server_ends_when_the_editor_is_gone(sglang: FakeSGLang):
    async with await ServerProcess.start() as server:
        await generating(server, sglang)
        assert server.process.stdin
        server.process.stdin.close()
        assert await server.end() == 1
    await asyncio.to_thread(sglang.wait_ended)


async def test_a_request_cancelled_in_the_same_breath_asks_the_engine_nothing(sglang: FakeSGLang):
    async with await ServerProcess.start() as server:
        options = {"engine": {"url": sglang.url}, "completion": {"reuse": False}}
        await server.initialize(options)
        server.send(opened(""))
        assert await server.ask("textDocument/inlineCompletion", COMPLETION)
        for _ in range(20):
            request = server.request("textDocument/inlineCompletion", COMPLETION)
            server.send(request, cancel(request))
            assert (await server.answer(request))["error"]["code"] == -32800
        assert await server.ask("textDocument/inlineCompletion", COMPLETION)
        assert len(sglang.requests) == 2


async def test_opening_an_editor_generates_nothing_and_logs_what_is_served(
    sglang: FakeSGLang, tmp_path: Path
):
    log = tmp_path / "fimls.log"
    command = ("-m", "fimls", "serve", "--stdio", "--log-file", str(log))
    async with await ServerProcess.start(*command) as server:
        options = {"engine": {"url": sglang.url}, "completion": {"reuse": False}}
        await server.initialize(options)
        server.send(opened(""))
        while "with the FIM template deepseek" not in log.read_text("utf-8"):
            await asyncio.sleep(0.01)
        await server.ask("shutdown")
        server.send(EXIT)
        assert await server.end() == 0
    assert log.read_bytes() == server.errors
    assert not [r for r in sglang.requests if r["sampling_params"]["max_new_tokens"] > 0]


async def test_what_prints_does_not_disturb_the_protocol():
    program = """
import os
from fimls.lsp import create_server, serve_stdio
server = create_server()
@server.feature("test/print")
def noise(params):
    print("from Python", flush=True)
    os.write(1, b"from C")
raise SystemExit(serve_stdio(server))
"""
    async with await ServerProcess.start("-c", program) as server:
        await server.initialize()
        server.send({"method": "test/print", "params": {}})
        assert await server.ask("shutdown") is None
        server.send(EXIT)
        assert await server.end() == 0
        assert await server.rest() == b""
    assert b"from Python" in server.errors
    assert b"from C" in server.errors


async def test_the_server_ends_with_the_editors_process_while_its_standard_input_is_held(
    sglang: FakeSGLang,
):
    editor = await asyncio.create_subprocess_exec("sleep", "1000")
    async with await ServerProcess.start() as server:
        await server.ask("initialize", {**INITIALIZE, "processId": editor.pid})
        await server.ask("fimls/statistics", {})
        editor.kill()
        await editor.wait()
        assert await server.end() == 1
        assert b"Traceback" not in server.errors


async def test_the_server_ends_after_an_answer_of_megabytes(sglang: FakeSGLang):
    sglang.script = ["'" * 5_000_000]
    async with await ServerProcess.start() as server:
        await server.initialize({"engine": {"url": sglang.url}})
        server.send(opened(""))
        assert "items" in await server.ask("textDocument/inlineCompletion", COMPLETION)
        assert server.process.stdin
        server.process.stdin.close()
        async with asyncio.timeout(20):
            assert await server.end() == 1


async def test_an_engine_that_comes_back_is_found_without_a_key(
    sglang: FakeSGLang, unused_tcp_port: int
):
    capabilities = {"experimental": {"fimls": {"status": True}}}
    options = {"engine": {"url": f"http://127.0.0.1:{unused_tcp_port}"}}
    async with await ServerProcess.start() as server:
        params = {**INITIALIZE, "capabilities": capabilities, "initializationOptions": options}
        await server.ask("initialize", params)
        server.send({"method": "initialized", "params": {}})
        await until_status(server, "failing")
        model = sglang.model_path
        with FakeSGLang(script=["x"], model_path=model, port=unused_tcp_port) as engine:
            await until_status(server, "ready")
            assert not engine.requests
            assert all(None not in m["params"].values() for m in server.received if "params" in m)


async def until_status(server: ServerProcess, state: str) -> None:
    while True:
        message = await server.read()
        if message.get("method") == "$/fimls/status" and message["params"]["state"] == state:
            return
