"""Settings from files and the editor, over the wire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.fake_sglang import FakeSGLang
from support.process import INITIALIZE, ServerProcess
from support.wire import opened

URI = "file:///a.py"
CHANGED = "workspace/didChangeConfiguration"
LINES = ["one\n", "two\n", "three\n", "four\n"]


async def complete(server: ServerProcess) -> Any:
    return await server.ask(
        "textDocument/inlineCompletion",
        {
            "textDocument": {"uri": URI},
            "position": {"line": 0, "character": 0},
            "context": {"triggerKind": 2},
        },
    )


def shown(server: ServerProcess) -> list[str]:
    return [
        m["params"]["message"] for m in server.received if m.get("method") == "window/showMessage"
    ]


async def shown_lines(server: ServerProcess) -> int:
    (item,) = (await complete(server))["items"]
    return len(item["insertText"].split("\n"))


async def test_the_user_s_file_the_workspace_and_the_editor(sglang: FakeSGLang, tmp_path: Path):
    sglang.script = LINES
    user, workspace = tmp_path / "user" / "fimls", tmp_path / "work"
    user.mkdir(parents=True)
    workspace.mkdir()
    (user / "fimls.toml").write_text(f'[engine]\nurl = "{sglang.url}"\n[completion]\nmax_lines = 7')
    (workspace / ".fimls.toml").write_text(
        '[engine]\nurl = "http://127.0.0.1:9"\n[completion]\nmax_lines = 2'
    )
    env = {"XDG_CONFIG_HOME": str(tmp_path / "user")}
    async with await ServerProcess.start(env=env) as server:
        folder = {"uri": workspace.as_uri(), "name": "work"}
        await server.ask("initialize", {**INITIALIZE, "workspaceFolders": [folder]})
        server.send({"method": "initialized", "params": {}}, opened(""))
        assert await shown_lines(server) == 2
        (message,) = shown(server)
        assert "engine.url is ignored" in message

        settings = {"fimls": {"completion": {"maxLines": 1}}}
        server.send({"method": CHANGED, "params": {"settings": settings}})
        assert await shown_lines(server) == 1
        server.send({"method": CHANGED, "params": {"settings": {}}})
        assert await shown_lines(server) == 1
        server.send({"method": CHANGED, "params": {"settings": {"fimls": {}}}})
        assert await shown_lines(server) == 2
        assert len(shown(server)) == 1


async def test_what_is_not_set_any_more_is_taken_back_by_its_name(sglang: FakeSGLang):
    sglang.script = LINES
    options = {"engine": {"url": sglang.url}, "completion": {"maxLines": 1, "lines": "multi"}}
    async with await ServerProcess.start() as server:
        await server.initialize(options)
        server.send(opened(""))
        assert await shown_lines(server) == 1
        for said, lines in (({"maxLines": None}, 1), ({"maxLines": 2}, 2)):
            settings = {"fimls": {"engine": {"url": sglang.url}, "completion": said}}
            server.send({"method": CHANGED, "params": {"settings": settings}})
            assert await shown_lines(server) == lines
        settings = {"fimls": {"unset": ["completion.maxLines"]}}
        server.send({"method": CHANGED, "params": {"settings": settings}})
        assert await shown_lines(server) == 4
        assert shown(server) == []


async def test_bad_options_are_one_message_and_the_good_ones_hold(sglang: FakeSGLang):
    sglang.script = LINES
    options = {
        "engine": {"url": sglang.url, "uri": "x"},
        "completion": {"maxLines": 1, "deadlineMs": "soon"},
        "motor": {},
    }
    async with await ServerProcess.start() as server:
        await server.initialize(options)
        server.send(opened(""))
        assert await shown_lines(server) == 1
        (message,) = shown(server)
        for part in ("engine.uri", "completion.deadline_ms", "[motor]"):
            assert part in message


async def test_the_server_starts_when_the_options_are_nonsense():
    async with await ServerProcess.start() as server:
        assert (await server.initialize("nonsense"))["inlineCompletionProvider"] == {}
        assert await complete(server) == {"items": []}
        assert len(shown(server)) == 1


async def test_the_level_of_the_log_is_a_setting_and_only_debug_has_text(sglang: FakeSGLang):
    sglang.scripts = [["at_level_info"], ["at_level_debug"]]
    engine = {"url": sglang.url}
    async with await ServerProcess.start() as server:
        asking = {"engine": engine, "completion": {"reuse": False}}
        await server.initialize(asking)
        server.send(opened("word = "))
        assert (await complete(server))["items"]
        settings = {**asking, "log": {"level": "debug"}}
        server.send({"method": CHANGED, "params": {"settings": settings}})
        assert (await complete(server))["items"]
        await server.ask("shutdown")
        server.send({"method": "exit"})
        await server.end()
    assert b"at_level_info" not in server.errors
    assert b"at_level_debug" in server.errors
