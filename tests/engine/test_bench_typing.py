"""What a key costs the real engine: one token in fimls' layout, the file's in others."""

from __future__ import annotations

from pathlib import Path

import pytest

from fimls.backend.sglang import SGLangBackend
from fimls.bench.report import summarize
from fimls.bench.typing import replay
from fimls.bench.typing_trace import Trace
from fimls.completion.served_model import load_served_model
from fimls.engine.supervisor import Engine
from fimls.prompt import PromptTokenizer
from fimls.settings import ModelSettings, Settings

pytestmark = pytest.mark.engine

TRACES = [Trace.load(path) for path in sorted(Path(__file__).parents[1].glob("data/traces/*.json"))]


@pytest.mark.timeout(600)
async def test_a_key_costs_one_new_token(engine: Engine) -> None:
    backend = SGLangBackend(engine.url)
    served = await load_served_model(backend, ModelSettings(), PromptTokenizer.load)
    samples = await replay(backend, served, Settings(), TRACES, ["held"], most_keys=510)
    await backend.aclose()
    held = summarize(samples)["held"]
    assert held["keys"] >= 1_500
    assert held["cached_share"] >= 0.985
    assert held["new_tokens"]["p50"] <= 1
    assert held["new_tokens"]["p90"] <= 3


@pytest.mark.timeout(600)
async def test_other_layouts_read_the_file_again(engine: Engine) -> None:
    backend = SGLangBackend(engine.url)
    served = await load_served_model(backend, ModelSettings(), PromptTokenizer.load)
    (trace,) = (trace for trace in TRACES if trace.name == "test_server.py")
    layouts = ["sliding", "psm", "held"]
    samples = await replay(backend, served, Settings(), [trace], layouts, most_keys=25)
    await backend.aclose()
    summary = summarize(samples)
    sliding, psm = summary["sliding"]["long"], summary["psm"]["long"]
    assert sliding["keys"] == psm["keys"] == 25
    assert psm["to_held"] >= 5
    assert sliding["to_held"] >= 10
