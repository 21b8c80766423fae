"""Ten thousand requests in quick succession leave nothing behind."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fimls.backend.sglang import SGLangBackend
from fimls.completion import CompletionService
from fimls.lsp import create_server
from fimls.prompt import PromptTokenizer
from fimls.settings import Settings
from support.fake_sglang import FakeSGLang
from support.wire import URI, Wire, cancel, opened

REQUESTS, BURST = 10_000, 100


@pytest.mark.timeout(280)
async def test_no_task_connection_or_engine_request_is_left(
    sglang: FakeSGLang, tmp_path: Path
) -> None:
    backends: list[SGLangBackend] = []

    def service(settings: Settings) -> CompletionService:
        backends.append(SGLangBackend.from_settings(settings.engine))
        return CompletionService(
            backend=backends[0], settings=settings, load_tokenizer=PromptTokenizer.load
        )

    sglang.scripts = [["b"] * 40] * REQUESTS * 2
    server = create_server(service_factory=service, user_file=tmp_path / "fimls.toml")
    async with Wire(server) as wire:
        await wire.start({"engine": {"url": sglang.url}})
        wire.send(opened(""))
        await wire.ask("textDocument/inlineCompletion", wire.completion(0, 0)["params"])
        before = asyncio.all_tasks()
        for version in range(2, REQUESTS + 2):
            # Another word each time: nothing can be answered from memory.
            text, old = f"{version:06}", 6 if version > 2 else 0
            request = wire.completion(0, len(text))
            wire.send(replaced(old, text, version), request)
            if version % 2:
                wire.send(cancel(request))
            if version % BURST == 0:
                await wire.answer(request)
            else:
                # Some get as far as the engine, most do not.
                await asyncio.sleep(0.005 if version % 10 == 0 else 0)
        await wire.answer(request)
        async with asyncio.timeout(60):
            while asyncio.all_tasks() - before:
                await asyncio.sleep(0.01)
        await asyncio.to_thread(sglang.wait_ended, 60, count=len(sglang.requests))

        assert len(sglang.requests) > REQUESTS / 50

        answers = [message for message in wire.received if "id" in message]
        assert len({message["id"] for message in answers}) == len(answers)
        assert len(answers) >= REQUESTS
    assert len(backends) == 1


def replaced(old: int, text: str, version: int) -> dict[str, Any]:
    """Return the notification that the line's only word is another one."""
    ends = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": old}}
    document = {"uri": URI, "version": version}
    params = {"textDocument": document, "contentChanges": [{"range": ends, "text": text}]}
    return {"method": "textDocument/didChange", "params": params}
