"""Editors at a hub, through real sockets: what they share and what they do not."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fimls.hub.editor_session import EditorSession
from fimls.hub.hub import Hub
from support.fake_sglang import FakeSGLang, Hold, HttpError
from support.hub import HubEditor, at, running_hub, write_settings
from support.wire import cancel, opened, typed


@pytest.fixture
async def hub(sglang: FakeSGLang, tmp_path: Path) -> AsyncIterator[Hub]:
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    addresses = (f"unix:{tmp_path}/h.sock", "tcp://127.0.0.1:0", "ws://127.0.0.1:0")
    async with running_hub(settings, *addresses) as hub:
        yield hub


def limited(sglang: FakeSGLang, tmp_path: Path, **limits: Any):
    settings = write_settings(tmp_path / "fimls.toml", sglang.url, **limits)
    return running_hub(settings, "tcp://127.0.0.1:0")


async def entered(hub: Hub, number: int = 1, options: Any = None) -> HubEditor:
    """Return an editor that was let in at the hub's address of this number."""
    editor = await HubEditor.connect(hub.addresses[number])
    answer = await editor.enter(options)
    assert answer["result"]["capabilities"]["inlineCompletionProvider"] is not None
    return editor


def workspaces(hub: Hub) -> list[Path | None]:
    """Return the folders on this disk that the hub takes for editors' workspaces."""
    servers = [connection.session.server for connection in hub.connections]
    folders = [server.configuration.folders for server in servers if server is not None]
    return [next(iter(each), None) for each in folders]


def states(editor: HubEditor) -> list[str]:
    """Return what the editor's status bar showed, one after the other."""
    return [m["params"]["state"] for m in editor.received if m.get("method") == "$/fimls/status"]


async def gone(hub: Hub) -> None:
    async with asyncio.timeout(10):
        while hub.connections or hub.shared.queue.running:
            await asyncio.sleep(0.005)


async def test_two_editors_have_documents_of_their_own(hub: Hub, sglang: FakeSGLang):
    sglang.script = ["one", "two"]
    async with await entered(hub, 0) as first, await entered(hub, 1) as second:
        first.send(opened("first"))
        second.send(opened("2nd"), typed(0, 3, "!", version=2))
        assert await first.complete(0, 5) == ["onetwo"]
        assert await second.complete(0, 4) == ["onetwo"]
        assert await first.complete(0, 0, uri="file:///elsewhere.py") == []
    one, two = sglang.requests
    assert len(one["input_ids"]) != len(two["input_ids"])
    assert one["extra_key"] != two["extra_key"]
    await gone(hub)


async def test_what_the_engine_serves_is_asked_once(hub: Hub, sglang: FakeSGLang):
    editors = [await entered(hub, i % 2) for i in range(6)]
    for editor in editors:
        editor.send(opened("x"))
        assert await editor.complete(0, 1)
        editor.writer.close()
    assert sum("model_info" in path for _, path, _ in sglang.calls) == 1
    await gone(hub)


async def test_a_websocket_carries_one_message_in_each(hub: Hub, sglang: FakeSGLang):
    sglang.script = ["websocket"]
    async with connect(str(hub.addresses[2]), compression=None) as socket:

        async def ask(message: dict[str, Any]) -> Any:
            await socket.send(json.dumps({"jsonrpc": "2.0", **message}))
            async for data in socket:
                answer = json.loads(data)
                if answer.get("id") == message["id"]:
                    return answer["result"]
            return None

        params = {"processId": None, "rootUri": None, "capabilities": {}}
        assert await ask({"id": 1, "method": "initialize", "params": params})
        body = json.dumps({"jsonrpc": "2.0", **opened("x")})
        await socket.send([body[:20], body[20:30], body[30:]])  # in fragments
        method = "textDocument/inlineCompletion"
        result = await ask({"id": 2, "method": method, "params": at(0, 1)})
        assert [item["insertText"] for item in result["items"]] == ["websocket"]
    await gone(hub)


async def test_a_web_page_cannot_connect(hub: Hub):
    with pytest.raises(InvalidStatus) as refused:
        await connect(str(hub.addresses[2]), origin="https://evil.example")
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (b"127.0.0.1:9", b"200"),
        (b"localhost", b"200"),
        (b"[::1]:9", b"200"),
        (b"evil.example", b"401"),  # whose owner lets the name lead to this machine
        (b"evil.example:127", b"401"),
        (b"[", b"401"),
        (b"", b"401"),
    ],
)
async def test_a_web_page_cannot_see_who_works_here(hub: Hub, host: bytes, status: bytes):
    address = hub.addresses[2]
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: %b\r\n\r\n" % host)
    answer = await asyncio.wait_for(reader.read(), 10)
    assert answer.startswith(b"HTTP/1.1 " + status)
    writer.close()


async def test_health_is_answered_to_anybody(hub: Hub):
    address = hub.addresses[2]
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 10)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"ok\n")
    writer.close()
    await gone(hub)


async def test_editors_do_not_decide_where_text_is_sent_nor_what_is_logged(
    hub: Hub, sglang: FakeSGLang
):
    options = {"engine": {"url": "http://127.0.0.1:9"}, "log": {"level": "debug"}}
    async with await entered(hub, 0, options) as editor:
        editor.send(opened("x"))
        assert await editor.complete(0, 1)
        assert editor.shown() == [
            "fimls: editor settings: engine.url is ignored, because the hub decides where text is"
            " sent."
        ]
    assert sglang.requests


async def test_other_settings_are_each_editors_own(hub: Hub, sglang: FakeSGLang):
    options = {"completion": {"max_new_tokens": 7}}
    async with await entered(hub, 1, options) as one, await entered(hub, 1) as other:
        for editor in (one, other):
            editor.send(opened("x"))
            await editor.complete(0, 1)
    limits = [request["sampling_params"]["max_new_tokens"] for request in sglang.requests]
    assert limits == [7, 64]


async def test_no_file_is_read_for_somebody_elsewhere(hub: Hub, sglang: FakeSGLang, tmp_path: Path):
    (tmp_path / ".fimls.toml").write_text("[completion]\nmax_new_tokens = 9\n", "utf-8")
    opened_files: list[str] = []
    watching = True

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        # A number is the descriptor of what was opened by its name before.
        if event == "open" and isinstance(arguments[0], int):
            return
        if watching and event in ("open", "os.listdir", "os.scandir"):
            opened_files.append(str(arguments[0]))

    async with await entered(hub, 1) as editor:  # everything is imported and read
        editor.send(opened("x"))
        await editor.complete(0, 1)
    sys.addaudithook(audit)
    try:
        async with await HubEditor.connect(hub.addresses[1]) as editor:
            await editor.enter(root=tmp_path.as_uri())
            for uri in (
                "file:///etc/passwd",
                f"file://{tmp_path}/../../../etc/passwd",
                "file:///%2e%2e/%2e%2e/etc/passwd",
                "file://server/share/x.py",
                "http://127.0.0.1:9/x.py",
                "\0",
            ):
                editor.send(opened("x", uri=uri))
                assert await editor.complete(0, 1, uri=uri)
            assert workspaces(hub) == [None]
    finally:
        watching = False
    own = {str(tmp_path / "fimls.toml"), str(tmp_path / "tokens.json")}
    assert {file for file in opened_files if not file.endswith((".py", ".pyc"))} <= own
    assert {r["sampling_params"]["max_new_tokens"] for r in sglang.requests} == {64}


async def test_the_hubs_own_user_at_the_unix_socket_has_a_workspace_file(
    hub: Hub, sglang: FakeSGLang, tmp_path: Path
):
    text = "[completion]\nmax_new_tokens = 9\n[engine]\nurl = 'http://127.0.0.1:9'\n"
    (tmp_path / ".fimls.toml").write_text(text, "utf-8")
    async with await HubEditor.connect(hub.addresses[0]) as editor:
        await editor.enter(root=tmp_path.as_uri())
        editor.send(opened("x"))
        assert await editor.complete(0, 1)
        assert workspaces(hub) == [tmp_path]
    assert sglang.requests[0]["sampling_params"]["max_new_tokens"] == 9


async def test_a_connection_that_breaks_in_a_message_ends_its_request_in_the_engine(
    hub: Hub, sglang: FakeSGLang
):
    sglang.script = ["a", Hold()]
    editor = await entered(hub, 1)
    editor.send(opened("x"), editor.request("textDocument/inlineCompletion", at(0, 1)))
    await asyncio.to_thread(sglang.wait_started)
    editor.writer.write(b"Content-Length: 100\r\n\r\n{")
    editor.writer.transport.abort()
    await gone(hub)
    await asyncio.to_thread(sglang.wait_ended)
    async with await entered(hub, 1) as again:
        sglang.script = ["b"]
        again.send(opened("x"))
        assert await again.complete(0, 1) == ["b"]


async def test_exit_ends_the_connection_and_not_the_hub(hub: Hub):
    editor, other = await entered(hub, 1), await entered(hub, 1)
    assert await editor.ask("shutdown") is None
    editor.send({"method": "exit"})
    await editor.until_closed()
    other.send(opened("x"))
    assert await other.complete(0, 1)
    other.writer.close()
    await gone(hub)


async def test_requests_cancelled_in_the_same_breath_ask_the_engine_nothing(
    hub: Hub, sglang: FakeSGLang
):
    async with await entered(hub, 1) as editor:
        editor.send(opened("x"))
        for _ in range(20):
            request = editor.request("textDocument/inlineCompletion", at(0, 1))
            editor.send(request, cancel(request))
            assert (await editor.answer(request))["error"]["code"] == -32800
    assert sglang.requests == []


async def test_a_busy_machine_parts_no_request_from_what_cancels_it(
    hub: Hub, sglang: FakeSGLang, monkeypatch: pytest.MonkeyPatch
):
    receive = EditorSession.receive

    def late(session: EditorSession, body: bytes) -> None:
        receive(session, body)
        time.sleep(0.02)  # others have the processor

    async with await entered(hub, 1) as editor:
        editor.send(opened("x"))
        assert await editor.complete(0, 1)
        monkeypatch.setattr(EditorSession, "receive", late)
        for _ in range(5):
            request = editor.request("textDocument/inlineCompletion", at(0, 1))
            editor.send(request, cancel(request))
            assert (await editor.answer(request))["error"]["code"] == -32800
    assert len(sglang.requests) == 1


async def test_an_editor_that_does_not_read_is_dropped_and_delays_nobody(
    sglang: FakeSGLang, tmp_path: Path
):
    settings = write_settings(tmp_path / "fimls.toml", sglang.url, unsent_bytes=65_536)
    async with running_hub(settings, f"unix:{tmp_path}/h.sock") as hub:
        deaf, other = await entered(hub, 0), await entered(hub, 0)
        deaf.writer.transport.pause_reading()
        other.send(opened("x"))
        async with asyncio.timeout(20):
            while len(hub.connections) > 1:
                deaf.send(*(deaf.request("no/such/method") for _ in range(200)))
                assert await other.complete(0, 1)
        assert await other.complete(0, 1)
        other.writer.close()


async def test_an_engine_without_room_makes_the_hub_busy(hub: Hub, sglang: FakeSGLang):
    async with await entered(hub, 1) as editor:
        editor.send(opened("x"))
        assert await editor.complete(0, 1)
        sglang.script = [HttpError(503, {"error": "full"})]
        assert await editor.complete(0, 1) == []
        assert states(editor)[-1] == "busy"
        sglang.script = ["again"]
        assert await editor.complete(0, 1) == ["again"]


async def test_limits_say_which_they_are(sglang: FakeSGLang, tmp_path: Path):
    limits = {"documents": 2, "document_bytes": 65_536, "requests": 2}
    sglang.script = ["a"]
    async with limited(sglang, tmp_path, **limits) as hub, await entered(hub, 0) as editor:
        for name in "abc":
            editor.send(opened("x", uri=name))
        assert await editor.complete(0, 1, uri="b")
        assert await editor.complete(0, 1, uri="c") == []
        assert "More than 2 documents are open" in editor.shown()[-1]
        editor.send({"method": "textDocument/didClose", "params": {"textDocument": {"uri": "a"}}})
        editor.send(opened("x", uri="c"))
        assert await editor.complete(0, 1, uri="c")
        for version in range(2, 100):  # what is replaced does not count
            edit = typed(0, 0, "y" * 10_000, version=version, uri="c")
            edit["params"]["contentChanges"][0]["range"]["end"] = {"line": 0, "character": 10_000}
            editor.send(edit)
        assert await editor.complete(0, 1, uri="c")
        editor.send(typed(0, 0, "y" * 60_000, version=100, uri="c"))
        assert await editor.complete(0, 1, uri="c") == []
        assert "documents are larger than this hub takes (65,536" in editor.shown()[-1]
        sglang.script = ["a", Hold()]
        requests = [
            editor.request("textDocument/inlineCompletion", at(0, 1, uri=uri)) for uri in "bbb"
        ]
        editor.send(opened("x", uri="d"), *requests)
        error = (await editor.answer(requests[2]))["error"]
        assert error["message"] == "More than 2 requests wait for an answer."


async def test_a_message_too_large_is_refused_and_ends_the_connection(
    sglang: FakeSGLang, tmp_path: Path
):
    async with limited(sglang, tmp_path, message_bytes=65_536) as hub:
        async with await entered(hub, 0) as editor:
            editor.send(opened("x" * 65_536))
            await editor.until_closed()
            assert "larger than this hub takes (65,536 bytes)" in editor.shown()[-1]
        async with await HubEditor.connect(hub.addresses[0]) as early:
            early.writer.write(b"Content-Length: 50000\r\n\r\n" + b"x" * 5_000)
            await early.until_closed()
            assert "before initialize was answered" in early.shown()[-1]
        await gone(hub)


async def test_a_large_message_in_a_websocket(sglang: FakeSGLang, tmp_path: Path):
    settings = write_settings(tmp_path / "fimls.toml", sglang.url, message_bytes=65_536)
    async with running_hub(settings, "ws://127.0.0.1:0") as hub:
        async with connect(str(hub.addresses[0]), compression=None) as socket:
            params = {"processId": None, "rootUri": None, "capabilities": {}}
            message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
            await socket.send(json.dumps(message))
            await socket.recv()
            await socket.send("x" * 70_000)
            with pytest.raises(Exception, match="1009"):
                await socket.recv()
        await gone(hub)


async def test_who_says_nothing_is_sent_away(sglang: FakeSGLang, tmp_path: Path):
    async with limited(sglang, tmp_path, handshake_ms=100, connections=1) as hub:
        async with await HubEditor.connect(hub.addresses[0]) as editor:
            await editor.until_closed()
            assert "did not initialize in time" in editor.shown()[-1]
        async with await entered(hub, 0), await HubEditor.connect(hub.addresses[0]) as second:
            error = (await second.enter())["error"]
            assert "serves 1 editors already" in error["message"]


async def test_who_opens_many_connections_keeps_nobody_out(
    hub: Hub, caplog: pytest.LogCaptureFixture
):
    hub._outside.most = 128
    idle = [await HubEditor.connect(hub.addresses[1]) for _ in range(200)]
    async with await entered(hub, 1) as editor:
        editor.send(opened("x"))
        assert await editor.complete(0, 1)
        assert len(hub.connections) <= 130
    assert "128 connections have not been let in yet" in caplog.text
    for each in idle:
        each.writer.transport.abort()
    await gone(hub)


async def test_the_engine_dies_and_comes_back_with_editors_attached(
    tmp_path: Path, tokenizer_folder: Path
):
    running = ExitStack()
    engine = running.enter_context(
        FakeSGLang(script=["first"], model_path=str(tokenizer_folder), context_length=100_000)
    )
    port = int(engine.url.rpartition(":")[2])
    settings = write_settings(tmp_path / "fimls.toml", engine.url)
    async with running_hub(settings, f"unix:{tmp_path}/h.sock") as hub:
        editors = [await entered(hub, 0), await entered(hub, 0)]
        for editor in editors:
            editor.send(opened("x"))
            assert await editor.complete(0, 1) == ["first"]
        await asyncio.to_thread(running.close)
        for editor in editors:
            assert await editor.complete(0, 1) == []
            assert states(editor)[-1] == "failing"
        with FakeSGLang(script=["second"], model_path=engine.model_path, port=port):
            for editor in editors:
                assert await editor.complete(0, 1) == ["second"]
                assert states(editor)[-1] == "ready"
                editor.writer.close()


async def test_more_than_the_engine_can_take_is_busy(sglang: FakeSGLang, tmp_path: Path):
    sglang.script = ["a", Hold()]
    limits = {"in_flight": 2, "user_in_flight": 2, "waiting": 1, "wait_ms": 20_000}
    async with limited(sglang, tmp_path, **limits) as hub:
        editors = [await entered(hub, 0) for _ in range(5)]
        requests: list[dict[str, Any]] = []
        for count, editor in enumerate(editors):
            requests.append(editor.request("textDocument/inlineCompletion", at(0, 1)))
            editor.send(opened("x"), requests[-1])
            async with asyncio.timeout(10):
                while hub.shared.queue.running + hub.shared.queue.waiting < min(3, count + 1):
                    await asyncio.sleep(0.005)
        # Two have their turn, one waits for it, and two are told at once.
        for editor, request in [*zip(editors, requests, strict=True)][3:]:
            assert (await editor.answer(request))["result"] == {"items": []}
            assert states(editor)[-1] == "busy"
        for _ in range(3):
            sglang.release()
        for editor, request in [*zip(editors, requests, strict=True)][:3]:
            answer = await editor.answer(request)
            assert answer["result"]["items"][0]["insertText"] == "a"
            editor.writer.close()


async def test_a_hub_that_ends_finishes_answers_and_lets_editors_go(
    hub: Hub, sglang: FakeSGLang, tmp_path: Path
):
    sglang.script = ["a", Hold(), "b"]
    working, idle = await entered(hub, 0), await entered(hub, 1)
    request = working.request("textDocument/inlineCompletion", at(0, 1))
    working.send(opened("x"), request)
    await asyncio.to_thread(sglang.wait_started)
    draining = asyncio.create_task(hub.drain())
    await idle.until_closed()
    with pytest.raises(OSError, match=r"\[Errno 111\]"):
        await HubEditor.connect(hub.addresses[1])
    sglang.release()
    answer = await working.answer(request)
    assert answer["result"]["items"][0]["insertText"] == "ab"
    await working.until_closed()
    await draining
    with pytest.raises(OSError, match=r"\[Errno 2\]"):
        await HubEditor.connect(hub.addresses[0])


async def test_draining_has_an_end(sglang: FakeSGLang, tmp_path: Path):
    sglang.script = ["a", Hold()]
    async with limited(sglang, tmp_path, drain_ms=50) as hub, await entered(hub, 0) as editor:
        editor.send(opened("x"), editor.request("textDocument/inlineCompletion", at(0, 1)))
        await asyncio.to_thread(sglang.wait_started)
        await hub.drain()
        await editor.until_closed()
    await asyncio.to_thread(sglang.wait_ended)


async def test_settings_are_read_again(hub: Hub, sglang: FakeSGLang, tmp_path: Path):
    options = {"completion": {"min_prefix": 0}}
    async with await entered(hub, 1, options) as editor:
        editor.send(opened("x"))
        assert await editor.complete(0, 1)
        file = tmp_path / "fimls.toml"
        text = file.read_text("utf-8")
        changed = text.replace("[completion]", "[completion]\nmax_new_tokens = 5")
        file.write_text(changed.replace("[hub]", "[hub]\nin_flight = 3"), "utf-8")
        await hub.reload()
        assert hub.shared.queue.room.in_flight == 3
        editor.send(typed(0, 1, "y", version=2))
        assert await editor.complete(0, 2)
    assert [r["sampling_params"]["max_new_tokens"] for r in sglang.requests] == [64, 5]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("listen", '["unix:/elsewhere.sock"]'),
        ("replicas", '["http://127.0.0.1:9"]'),
        ("ranks", "2"),
        ("spill", "1"),
        ("experiment", '["completion.min_probability = 0.5"]'),
    ],
)
async def test_a_reload_says_what_a_hub_does_as_before_until_it_is_restarted(
    hub: Hub, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, value: str
):
    file = tmp_path / "fimls.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("[hub]", f"[hub]\n{name} = {value}"), "utf-8")
    await hub.reload()
    await hub.reload()
    said = [r.getMessage() for r in caplog.records if "has changed: restart" in r.getMessage()]
    assert [line.split()[0] for line in said] == [f"hub.{name}"]
