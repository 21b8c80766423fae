"""A planted key never reaches an engine that may not read it, by whatever door text goes out."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import Any

import pytest

from fimls.hub.hub_address import HubAddress
from fimls.hub.tokens import Tokens
from fimls.prompt import PromptTokenizer
from support.fake_sglang import FakeSGLang
from support.hub import HubEditor, running_hub, write_settings
from support.process import INITIALIZE, ServerProcess
from support.wire import opened

KEY = "9f8Gh2Kd0sLq7WzXe4Rt6YuI1oP3aBnM"
TEXT = f'import os\n\nAPI_KEY = "{KEY}"\n\n\ndef f(x):\n    call(\n'
OTHER = f'def call(key): ...\n\n\ndef use():\n    call(token="{KEY}")\n'
URI = "file:///a/main.py"
PLACE = {"textDocument": {"uri": URI}, "position": {"line": 6, "character": 9}}
MASK = r"\*\*\*[0-9a-f]{6}\*\*\*"


def sent(sglang: FakeSGLang, tokenizer_folder: Path) -> str:
    """Return all that the engine was sent, as text."""
    tokenizer = PromptTokenizer.load(str(tokenizer_folder))
    ids = [body["input_ids"] for body in sglang.requests if "input_ids" in body]
    return str(sglang.requests) + "".join(map(tokenizer.decode, ids))


async def ask_everything(
    editor: ServerProcess | HubEditor, sglang: FakeSGLang
) -> tuple[list[Any], dict[str, Any]]:
    """Ask for a completion, what is sent and a code action; returns items and an edit."""
    editor.send(opened(OTHER, uri="file:///a/other.py"))
    editor.send(opened(TEXT, uri=URI))
    shown = await editor.ask("fimls/prompt", PLACE)
    assert KEY not in shown["text"]
    [mask, *_] = re.findall(MASK, shown["text"])
    sglang.script = [shown["fragment"] + '"', mask[:5], mask[5:], '")']
    moved = {"method": "fimls/didMoveCursor", "params": PLACE}
    editor.send(moved)
    params = {**PLACE, "context": {"triggerKind": 2}}
    answer = await editor.ask("textDocument/inlineCompletion", params)
    await asyncio.sleep(1.0)  # other files are looked for, and read ahead
    await editor.ask("textDocument/inlineCompletion", params)
    sglang.script = [f'```python\nAPI_KEY = os.environ.get("API_KEY", "{mask}")\n```']
    whole = {"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 46}}
    action = {"command": "fimls.rewrite", "arguments": [URI, whole, "Take it from elsewhere."]}
    editor.send(editor.request("workspace/executeCommand", action))
    applied = list[dict[str, Any]]()
    async with asyncio.timeout(30):
        while not applied:
            await editor.ask("fimls/statistics")
            applied = [
                each for each in editor.received if each.get("method") == "workspace/applyEdit"
            ]
    editor.send({"id": applied[0]["id"], "result": {"applied": True}})
    return answer["items"] if isinstance(answer, dict) else answer, applied[0]["params"]["edit"]


@pytest.mark.parametrize("door", ["serve", "socket", "connect"])
async def test_by_every_door_it_is_masked_and_a_suggestion_and_an_edit_have_it(
    sglang: FakeSGLang, tokenizer_folder: Path, tmp_path: Path, door: str
) -> None:
    env = {name: str(tmp_path / name) for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    capabilities = {"workspace": {"applyEdit": True}, "textDocument": {"inlineCompletion": {}}}
    initialize = {**INITIALIZE, "capabilities": capabilities}
    if door == "serve":
        async with await ServerProcess.start(env=env) as server:
            options = {
                "engine": {"url": sglang.url},
                "privacy": {"mask_secrets": "always"},
                "completion": {"speculation": False, "debounce_ms": 0},
            }
            await server.ask("initialize", {**initialize, "initializationOptions": options})
            server.send({"method": "initialized", "params": {}})
            items, edit = await ask_everything(server, sglang)
    else:
        settings = write_settings(tmp_path / "fimls.toml", sglang.url)
        settings.write_text(settings.read_text() + '\n[privacy]\nmask_secrets = "always"\n')
        async with running_hub(settings, "tcp://127.0.0.1:0") as hub:
            [address] = hub.addresses
            url = f"tcp://127.0.0.1:{address.port}"
            token = Tokens(tmp_path / "tokens.json", clock=time.time).create("ada")[1]
            if door == "socket":
                async with await HubEditor.connect(HubAddress.parse(url)) as editor:
                    await editor.enter(token=token, capabilities=capabilities)
                    items, edit = await ask_everything(editor, sglang)
            else:
                arguments = ("-m", "fimls", "connect", url)
                env["FIMLS_HUB_TOKEN"] = token
                async with await ServerProcess.start(*arguments, env=env) as server:
                    await server.ask("initialize", initialize)
                    server.send({"method": "initialized", "params": {}})
                    items, edit = await ask_everything(server, sglang)
    assert KEY not in sent(sglang, tokenizer_folder)
    assert items[0]["insertText"].endswith(f'"{KEY}")')
    assert 'os.environ.get("API_KEY"' in str(edit)
    assert "***" not in str(edit)
