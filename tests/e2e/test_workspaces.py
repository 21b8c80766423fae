"""What came with a cloned repository, and folders that come, go and change, over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from support.fake_sglang import FakeSGLang
from support.process import INITIALIZE, ServerProcess
from support.wire import opened

CAPABILITIES = {
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {}},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
    "textDocument": {
        "codeAction": {
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "source"]}},
        }
    },
}

ACTION = """
[refactor]
confirm = false
[refactor.custom.x]
title = "Organize imports"
prompt = "p"
checks = []
"""

OFF = "[completion]\nautomatic = false\n"


class Session:
    """A server whose editor has folders of a workspace open."""

    def __init__(self, server: ServerProcess, sglang: FakeSGLang) -> None:
        self.server, self.sglang = server, sglang

    async def start(
        self, *folders: Path, capabilities: Mapping[str, Any] = CAPABILITIES, **tables: Any
    ) -> None:
        params = {
            **INITIALIZE,
            "capabilities": capabilities,
            "workspaceFolders": [named(folder) for folder in folders],
            "initializationOptions": {**self.options(), **tables},
        }
        await self.server.ask("initialize", params)
        self.server.send({"method": "initialized", "params": {}})

    def options(self) -> dict[str, Any]:
        prompt = {"layout": "whole", "warm_up": False}
        return {"engine": {"url": self.sglang.url}, "prompt": prompt}

    def notify(self, method: str, **params: Any) -> None:
        self.server.send({"method": method, "params": params})

    async def completes(self, uri: str, *, by_hand: bool = False) -> bool:
        """Whether something is proposed for a document."""
        self.server.send(opened("value = \n", uri=uri))
        place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 8}}
        context = {"triggerKind": 1 if by_hand else 2}
        answer = await self.server.ask(
            "textDocument/inlineCompletion", {**place, "context": context}
        )
        self.notify("textDocument/didClose", textDocument={"uri": uri})
        return bool(answer["items"])

    async def actions(self, uri: str, *only: str) -> list[dict[str, Any]]:
        """Return the offered actions of the user or the workspace."""
        here = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 5}}
        context = {"diagnostics": [], **({"only": list(only)} if only else {})}
        found = await self.server.ask(
            "textDocument/codeAction",
            {"textDocument": {"uri": uri}, "range": here, "context": context},
        )
        return [each for each in found if "rganize" in each["title"]]

    def shown(self) -> str:
        return "\n".join(
            each["params"]["message"]
            for each in self.server.received
            if each.get("method") == "window/showMessage"
        )


@pytest.fixture
async def session(sglang: FakeSGLang, tmp_path: Path):
    env = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    async with await ServerProcess.start(env=env) as server:
        yield Session(server, sglang)


def repository(folder: Path, settings: str) -> Path:
    folder.mkdir()
    (folder / ".fimls.toml").write_text(settings, "utf-8")
    return folder


def named(folder: Path) -> dict[str, str]:
    return {"uri": folder.as_uri(), "name": folder.name}


async def test_a_repository_s_action_is_never_carried_out_unasked(session: Session, tmp_path: Path):
    session.sglang.script = ["print('x')\n"]
    await session.start(repository(tmp_path / "w", ACTION))
    uri = (tmp_path / "w" / "a.py").as_uri()
    session.server.send(opened("value = 1\n", uri=uri))
    (action,) = await session.actions(uri)
    assert action["title"] == "Workspace: Organize imports (by a model, to review)"
    assert action["kind"] == "refactor.rewrite"
    for kind in ("source", "source.organizeImports", "quickfix"):
        assert not await session.actions(uri, kind)
    edit = (await session.server.ask("codeAction/resolve", action))["edit"]
    (annotation,) = edit["changeAnnotations"].values()
    assert annotation["needsConfirmation"] is True
    assert "refactor.confirm stays true" in session.shown()


@pytest.mark.parametrize(
    "wish", ['kind = "source.organizeImports"', 'kind = "source.fixAll"', 'regex = "import os"']
)
async def test_a_repository_s_action_that_could_write_by_itself_is_left_out(
    session: Session, tmp_path: Path, wish: str
):
    await session.start(repository(tmp_path / "w", ACTION + wish))
    uri = (tmp_path / "w" / "a.py").as_uri()
    session.server.send(opened("value = 1\n", uri=uri))
    assert not await session.actions(uri)
    assert not await session.actions(uri, "source.organizeImports")
    assert "refactor.custom.x is left out" in session.shown()


async def test_where_an_editor_cannot_ask_a_repository_s_action_is_not_offered(
    session: Session, tmp_path: Path
):
    edits = {**CAPABILITIES["workspace"], "workspaceEdit": {"documentChanges": True}}
    own = {"mine": {"title": "Organize mine", "prompt": "p", "kind": "source.mine"}}
    await session.start(
        repository(tmp_path / "w", ACTION),
        capabilities={**CAPABILITIES, "workspace": edits},
        refactor={"custom": own},
    )
    uri = (tmp_path / "w" / "a.py").as_uri()
    session.server.send(opened("value = 1\n", uri=uri))
    (action,) = await session.actions(uri)
    assert action["title"] == "Organize mine (by a model, to review)"
    forged = {**action, "data": {**action["data"], "action": "x"}}
    assert "edit" not in await session.server.ask("codeAction/resolve", forged)
    assert "came with the workspace" in session.shown()
    assert not session.sglang.requests


async def test_a_repository_cannot_have_excluded_files_sent(session: Session, tmp_path: Path):
    user_file = tmp_path / "config" / "fimls" / "fimls.toml"
    user_file.parent.mkdir(parents=True)
    user_file.write_text('[completion]\nexclude_files = [".env", "*.pem", "mine.py"]\n', "utf-8")
    folder = repository(tmp_path / "w", "[completion]\nexclude_files = []\n")
    await session.start(folder)
    for name in (".env", "prod.pem", "mine.py"):
        assert not await session.completes((folder / name).as_uri(), by_hand=True)
    assert not session.sglang.requests
    assert await session.completes((folder / "a.py").as_uri())


async def test_a_repository_cannot_have_excluded_languages_sent(session: Session, tmp_path: Path):
    user_file = tmp_path / "config" / "fimls" / "fimls.toml"
    user_file.parent.mkdir(parents=True)
    user_file.write_text('[completion]\nexclude_languages = ["python"]\n', "utf-8")
    folder = repository(tmp_path / "w", "[completion]\nexclude_languages = []\n")
    await session.start(folder)
    assert not await session.completes((folder / "a.py").as_uri(), by_hand=True)
    assert not session.sglang.requests


async def test_a_repository_can_exclude_more(session: Session, tmp_path: Path):
    folder = repository(tmp_path / "w", '[completion]\nexclude_files = ["private/**"]\n')
    await session.start(folder, completion={"exclude_files": ["*.pem"]})
    for name in ("private/a.py", "x.pem"):
        assert not await session.completes((folder / name).as_uri(), by_hand=True)
    assert await session.completes((folder / "a.py").as_uri())


async def test_the_folder_of_a_document_decides(session: Session, tmp_path: Path):
    on, off = tmp_path / "on", repository(tmp_path / "off", OFF)
    on.mkdir()
    inner = repository(on / "inner", OFF)
    await session.start(on, off, inner)
    assert await session.completes((on / "a.py").as_uri())
    assert not await session.completes((off / "a.py").as_uri())
    assert await session.completes((off / "a.py").as_uri(), by_hand=True)
    assert not await session.completes((inner / "a.py").as_uri())
    assert await session.completes("untitled:Untitled-1")


async def test_a_folder_without_code_actions_takes_no_other_folder_s(
    session: Session, tmp_path: Path
):
    off = repository(tmp_path / "off", "[refactor]\nenabled = false\n")
    on = repository(tmp_path / "on", ACTION)
    await session.start(off, on)
    for folder in (off, on):
        session.server.send(opened("value = 1\n", uri=(folder / "a.py").as_uri()))
    assert await session.actions((on / "a.py").as_uri())
    here = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 5}}
    params = {"range": here, "context": {"diagnostics": []}}
    uri = {"uri": (off / "a.py").as_uri()}
    answer = await session.server.ask("textDocument/codeAction", {"textDocument": uri, **params})
    assert not answer


async def test_folders_come_and_go(session: Session, tmp_path: Path):
    on, off = tmp_path / "on", repository(tmp_path / "off", OFF)
    on.mkdir()
    await session.start(on)
    assert await session.completes((off / "a.py").as_uri())
    change = "workspace/didChangeWorkspaceFolders"
    session.notify(change, event={"added": [named(off)], "removed": []})
    assert not await session.completes((off / "a.py").as_uri())
    assert await session.completes((on / "a.py").as_uri())
    session.notify(change, event={"added": [], "removed": [named(off)]})
    assert await session.completes((off / "a.py").as_uri())


@pytest.mark.parametrize("told", ["watched", "saved"])
async def test_a_changed_file_of_settings_takes_effect_at_once(
    session: Session, tmp_path: Path, told: str
):
    folder = tmp_path / "w"
    folder.mkdir()
    await session.start(folder)
    file, uri = folder / ".fimls.toml", (folder / "a.py").as_uri()
    for settings, completes in ((None, True), (OFF, False), ("", True), ("[nonsense", True)):
        if settings is not None:
            file.write_text(settings, "utf-8")
            if told == "watched":
                changes = [{"uri": file.as_uri(), "type": 2}]
                session.notify("workspace/didChangeWatchedFiles", changes=changes)
            else:
                session.notify("textDocument/didSave", textDocument={"uri": file.as_uri()})
        assert await session.completes(uri) is completes
    assert "is not TOML" in session.shown()


async def test_who_watches_files_for_servers_is_asked_to(session: Session, tmp_path: Path):
    await session.start(tmp_path)
    while True:
        message = await session.server.read()
        if message.get("method") == "client/registerCapability":
            break
    (registration,) = message["params"]["registrations"]
    assert registration["method"] == "workspace/didChangeWatchedFiles"
    session.server.send({"id": message["id"], "error": {"code": -32601, "message": "no"}})
    assert await session.completes("file:///a.py")
    assert not session.shown()


@pytest.mark.parametrize(
    "uri",
    ["file://[x/y", "file:///w/%00x", "vscode-vfs://github/o/r", "untitled:x", "", "file:///"],
)
async def test_a_root_that_is_no_folder_here_is_none(session: Session, uri: str):
    params = {
        **INITIALIZE,
        "rootUri": uri,
        "initializationOptions": session.options(),
    }
    assert (await session.server.ask("initialize", params))["capabilities"]
    session.server.send({"method": "initialized", "params": {}})
    assert await session.completes("file:///a.py")
    assert not session.shown()


@pytest.mark.parametrize("answer", [None, [None], [{}], [[]], ["x"], [], "ERROR", [{}, {}]])
async def test_a_pull_that_brings_nothing_takes_nothing_back(session: Session, answer: Any):
    await session.start(capabilities={"workspace": {"configuration": True}})
    assert await session.completes("file:///a.py")
    session.notify("workspace/didChangeConfiguration", settings=None)
    while (message := await session.server.read()).get("method") != "workspace/configuration":
        pass
    reply = (
        {"error": {"code": -32601, "message": "no"}} if answer == "ERROR" else {"result": answer}
    )
    session.server.send({"id": message["id"], **reply})
    assert await session.completes("file:///a.py")
