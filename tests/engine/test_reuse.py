"""Typing through real suggestions of the real engine: most keys never reach it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fimls.backend.sglang import SGLangBackend
from fimls.bench.cancel import measure
from fimls.bench.session import replay, summarize
from fimls.bench.typing_trace import Trace
from fimls.completion import CompletionService
from fimls.lsp.editor_client import EditorClient
from fimls.settings import Layer, resolve

pytestmark = pytest.mark.engine

TRACES = sorted((Path(__file__).parents[1] / "data" / "traces").glob("*.json"))
KEYS = 300


async def test_most_of_a_session_is_answered_without_the_engine(engine: Any) -> None:
    traces = [Trace.load(path) for path in TRACES]
    async with EditorClient.start({"engine": {"url": engine.url}}) as editor:
        answers = await replay(editor, traces, keys=KEYS)

    figures = summarize(answers)
    assert figures["keys"] == KEYS
    assert figures["shown"] >= KEYS / 2
    assert figures["without_engine"] >= 0.5
    assert figures["stale"] == 0
    # An answer from memory costs nothing like one that is generated.
    assert figures["ms"]["memory"]["p95"] * 5 < figures["ms"]["engine"]["p50"]


async def test_cancelled_generations_end_in_the_engine(engine: Any) -> None:
    values = {
        "engine": {"url": engine.url},
        "completion": {
            "lines": "multi",
            "max_lines": 1_000,
            "max_new_tokens": 1_024,
            "speculation": False,
        },
    }
    settings, _ = resolve([Layer(name="test", values=values)])
    backend = SGLangBackend.from_settings(settings.engine)
    service = CompletionService(backend=backend, settings=settings)
    try:
        times = await measure(service, backend.running_requests, rounds=5)
        assert len(times) == 5
        assert await backend.running_requests() == 0
    finally:
        await service.aclose()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert not left
