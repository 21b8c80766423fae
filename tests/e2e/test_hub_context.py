"""Other files in the prompts of a hub: the editor's side finds them, and nobody sees another's."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fimls.hub.hub_address import HubAddress
from fimls.hub.tokens import Tokens
from fimls.lsp.context import CONTEXT_NOTIFICATION
from support.fake_sglang import FakeSGLang
from support.hub import HubEditor, running_hub, write_settings
from support.process import INITIALIZE, ServerProcess
from support.wire import opened

TEXT = "import os\nload_prices("


@pytest.fixture
async def hub(sglang: FakeSGLang, tmp_path: Path) -> AsyncIterator[tuple[str, Tokens]]:
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    async with running_hub(settings, "tcp://127.0.0.1:0") as started:
        [address] = started.addresses
        yield f"tcp://127.0.0.1:{address.port}", Tokens(tmp_path / "tokens.json", clock=time.time)


def repository(folder: Path, argument: str) -> Path:
    folder.mkdir()
    (folder / "prices.py").write_text(f"def load_prices({argument}): ...\n")
    (folder / "main.py").write_text("import os\n")
    return folder


@contextlib.asynccontextmanager
async def connected(address: str, token: str, root: Path) -> AsyncIterator[ServerProcess]:
    """An editor with a repository that came by `fimls connect`."""
    env = {
        "FIMLS_HUB_TOKEN": token,
        "XDG_CONFIG_HOME": str(root.parent / "config"),
        "XDG_CACHE_HOME": str(root.parent / "cache"),
    }
    arguments = ("-m", "fimls", "connect", address)
    async with await ServerProcess.start(*arguments, env=env) as editor:
        params = {**INITIALIZE, "workspaceFolders": [{"uri": root.as_uri(), "name": "r"}]}
        await editor.ask("initialize", params)
        editor.send({"method": "initialized", "params": {}})
        editor.send(opened(TEXT, uri=(root / "main.py").as_uri()))
        yield editor


def place(uri: str) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 12}}


async def shown(
    editor: ServerProcess | HubEditor, uri: str, *, until: bool = True
) -> dict[str, Any]:
    """Return the prompt, once it has snippets."""
    async with asyncio.timeout(60):
        while True:
            params = {**place(uri), "context": {"triggerKind": 2}}
            await editor.ask("textDocument/inlineCompletion", params)
            prompt = await editor.ask("fimls/prompt", place(uri))
            if prompt["snippets"] or not until:
                return prompt
            await asyncio.sleep(0.3)


async def test_the_editor_s_side_finds_them_and_nobody_has_another_s(
    hub: tuple[str, Tokens], sglang: FakeSGLang, tmp_path: Path
) -> None:
    address, tokens = hub
    ada = repository(tmp_path / "ada", "planted_by_ada")
    bob = repository(tmp_path / "bob", "planted_by_bob")
    async with (
        connected(address, tokens.create("ada")[1], ada) as hers,
        connected(address, tokens.create("bob")[1], bob) as his,
    ):
        for editor, root, own, other in (
            (hers, ada, "planted_by_ada", "planted_by_bob"),
            (his, bob, "planted_by_bob", "planted_by_ada"),
        ):
            prompt = await shown(editor, (root / "main.py").as_uri())
            [snippet] = prompt["snippets"]
            assert snippet["path"] == "prices.py"
            assert own in prompt["text"]
            assert other not in prompt["text"]
    keys = {each["extra_key"] for each in sglang.requests}
    assert len(keys) == 2


async def test_the_hub_reads_no_file_for_an_editor_that_came_by_socket(
    hub: tuple[str, Tokens], tmp_path: Path
) -> None:
    address, tokens = hub
    root = repository(tmp_path / "ada", "planted_by_ada")
    uri = (root / "main.py").as_uri()
    async with await HubEditor.connect(HubAddress.parse(address)) as editor:
        await editor.enter(token=tokens.create("ada")[1], root=root.as_uri())
        editor.send(opened(TEXT, uri=uri))
        await asyncio.sleep(3.0)
        assert (await shown(editor, uri, until=False))["snippets"] == []
        editor.send(opened("def load_prices(from_an_open_one): ...\n", uri="file:///o.py"))
        await editor.ask("fimls/statistics")
        edited = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": TEXT}]}
        editor.send({"method": "textDocument/didChange", "params": edited})
        other = {"textDocument": {"uri": "file:///o.py", "version": 2}, "contentChanges": []}
        editor.send({"method": "textDocument/didChange", "params": other})
        assert "from_an_open_one" in (await shown(editor, uri))["text"]


BROKEN = [
    None,
    {},
    {"version": 2},
    {"version": 1, "snippets": None},
    {"version": 1, "snippets": [{"path": "a"}]},
    {"version": 1, "snippets": [{"path": "a", "text": "b", "score": 1, "reason": "x", "first": 0}]},
]


async def test_what_is_sent_is_bounded_and_what_is_broken_is_not_taken(
    hub: tuple[str, Tokens], tmp_path: Path
) -> None:
    address, tokens = hub
    async with await HubEditor.connect(HubAddress.parse(address)) as editor:
        await editor.enter(token=tokens.create("ada")[1])
        uri = "file:///main.py"
        editor.send(opened(TEXT, uri=uri))
        for broken in BROKEN:
            params = {**place(uri), **broken} if broken else broken
            editor.send({"method": CONTEXT_NOTIFICATION, "params": params})
        assert (await shown(editor, uri, until=False))["snippets"] == []
        good = {"path": "a\nb.py", "score": 1.0, "reason": "windows", "first": 0}
        many = [{**good, "text": f"line_{number}(x)"} for number in range(50)]
        params = {**place(uri), "version": 1, "snippets": many}
        editor.send({"method": CONTEXT_NOTIFICATION, "params": params})
        prompt = await shown(editor, uri)
        assert len(prompt["snippets"]) == 8
        assert "# a b.py\n# line_0(x)\n" in prompt["text"]
