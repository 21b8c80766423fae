"""Every value in every answer of every kind of engine, replaced by what nobody should believe.

Answers are those that SGLang really sent (tests/data), and those that the documentation of the
others has: https://api-docs.deepseek.com, https://docs.mistral.ai/api, llama.cpp's
``tools/server/README.md``, vLLM's and Ollama's OpenAI-compatible servers, read in November 2026.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import psutil
import pytest

from fimls.backend.base import Chunk, GenerateRequest, ModelInfo
from fimls.backend.factory import engine_for
from fimls.backend.stale_model_guard import identified
from fimls.errors import BackendError
from fimls.settings import Layer, resolve
from support.fake_http import Connection, Request, serve
from support.raw_server import longest_callback

DATA = Path(__file__).parents[1] / "data"
BUDGET_S = 0.05
"""Of processor time for one callback of the loop."""
MB = 2**20

HOSTILE: dict[str, Any] = {
    "null": None,
    "minus one": -1,
    "nothing": 0,
    "a billion": 10**9,
    "more than 64 bits": 2**63 - 1,
    "a float": 2.5,
    "a huge float": 1e300,
    "a huge negative float": -1e300,
    "true": True,
    "a number as text": "5",
    "a line of a log": "\n2026-01-01 00:00:00 ERROR forged\x1b]0;title\x07\r",
    "markup": "[/bold] {0} %s <｜fim▁hole｜>",
    "half a pair": "\\ud800",
    "a long text": "x" * 300_000,
    "an empty list": [],
    "a long list": [1] * 200_000,
    "an empty table": {},
    "an error in an error": json.loads('{"error": ' * 900 + "1" + "}" * 900),
    "a deep table": json.loads('{"a": [' * 60 + "1" + "]}" * 60),
}


def recorded(name: str) -> Any:
    return json.loads((DATA / "sglang" / f"{name}.json").read_text("utf-8"))


def captured(name: str) -> list[Any]:
    lines = (DATA / "sse" / f"{name}.txt").read_text("utf-8").split("\n")
    found = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    return [json.loads(line) for line in found if line != "[DONE]"]


@dataclass(frozen=True)
class Door:
    """What one kind of engine answers: to questions by their path, and to what has it generate."""

    kind: str
    told: dict[str, Any]
    events: list[Any]
    asks: dict[str, Any] = field(default_factory=lambda: {"text": "x = "})


def choices(**more: Any) -> list[Any]:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11, **more}
    first = {"index": 0, "text": "1", "finish_reason": None}
    last = {"index": 0, "text": "2", "finish_reason": "stop"}
    return [{"model": "m", "choices": [first]}, {"model": "m", "choices": [last], "usage": usage}]


def said() -> list[Any]:
    first = {"index": 0, "delta": {"content": "1"}, "finish_reason": None}
    last = {"index": 0, "delta": {"content": "2"}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    return [{"model": "m", "choices": [first]}, {"model": "m", "choices": [last], "usage": usage}]


def of_llama() -> list[Any]:
    other = {"id": 17, "token": "2", "logprob": -2.0}
    token = {"id": 16, "token": "1", "logprob": -0.5, "top_logprobs": [other]}
    counts = {"tokens_evaluated": 9, "tokens_predicted": 1}
    timings = {"cache_n": 4, "prompt_n": 5, "predicted_n": 1}
    event = {"content": "1", "tokens": [16], **counts, "timings": timings}
    told = {**event, "stop": False, "completion_probabilities": [token]}
    return [told, {**event, "content": "", "tokens": [], "stop": True, "stop_type": "eos"}]


MODELS = {"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "library"}]}
VLLM = {"data": [{"id": "m", "owned_by": "vllm", "root": "m", "max_model_len": 4096}]}
OLLAMA = {"/api/tags": {"models": [{"name": "m:latest"}]}, "/api/version": {"version": "0.12.0"}}
LOGPROBS = {"tokens": ["1"], "token_logprobs": [-0.5], "top_logprobs": [{"1": -0.5}]}
PROPS = {
    "default_generation_settings": {"n_ctx": 4096},
    "total_slots": 2,
    "model_path": "m.gguf",
}
CARDS = {"data": [{"id": "m", "aliases": ["n"], "meta": {"n_vocab": 4096, "n_ctx": 4096}}]}
HIT = {"prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 5}

DOORS = {
    "sglang": Door(
        "sglang",
        {
            "/model_info": recorded("model_info"),
            "/server_info": {"context_length": 512, "max_req_input_len": 505, "dp_size": 1},
            "/v1/models": recorded("models"),
        },
        captured("others"),
        {"input_ids": (5, 6, 7), "others": 2, "logprobs": True},
    ),
    "llama.cpp": Door(
        "llama-cpp",
        {"/props": PROPS, "/v1/models": CARDS},
        of_llama(),
        {"input_ids": (5, 6, 7), "others": 1, "logprobs": True},
    ),
    "llama.cpp, a router": Door(
        "llama-cpp", {"/props": {"role": "router", **PROPS}, "/v1/models": CARDS}, of_llama()
    ),
    "vllm": Door(
        "openai",
        {"/v1/models": VLLM},
        [
            *choices(prompt_tokens_details={"cached_tokens": 4}),
            {"choices": [{"index": 0, "text": "3", "logprobs": LOGPROBS, "finish_reason": "stop"}]},
        ],
        {"input_ids": (5, 6, 7), "logprobs": True},
    ),
    "ollama": Door(
        "openai", {"/v1/models": MODELS, **OLLAMA}, choices(), {"text": "x = ", "suffix": "\n"}
    ),
    "deepseek": Door(
        "deepseek", {"/models": MODELS}, choices(**HIT), {"text": "x = ", "suffix": "\n"}
    ),
    "mistral": Door("mistral", {"/v1/models": MODELS}, said(), {"text": "x = ", "suffix": "\n"}),
    "an error": Door(
        "openai",
        {"/v1/models": VLLM},
        [choices()[0], {"error": {"message": "m", "type": "t", "param": None, "code": 400}}],
        {"input_ids": (5, 6, 7)},
    ),
    "an error of SGLang": Door(
        "sglang",
        {"/model_info": recorded("model_info")},
        [captured("others")[0], {"error": {"message": "m", "code": 400}}],
        {"input_ids": (5, 6, 7)},
    ),
    "a conversation": Door(
        "openai", {"/v1/models": VLLM}, said(), {"messages": (("user", "hello"),)}
    ),
}


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value that stands in another one, that one itself first."""
    yield above
    if isinstance(value, dict):
        for key, each in cast("dict[str, Any]", value).items():
            yield from places(each, (*above, key))
    elif isinstance(value, list):
        for number, each in enumerate(cast("list[Any]", value)[:2]):  # all others are like these
            yield from places(each, (*above, number))


def spoilt(value: Any, place: tuple[Any, ...], by: Any) -> Any:
    """Return a copy in which the value at a place is another one."""
    if not place:
        return by
    copied = within = copy.deepcopy(value)
    for key in place[:-1]:
        within = within[key]
    within[place[-1]] = by
    return copied


class Server:
    """Answers as a door does, whose answers change from one case to the next."""

    def __init__(self) -> None:
        self.told: dict[str, bytes] = {}
        self.events: list[bytes] = []

    def is_like(self, told: dict[str, Any], events: list[Any]) -> None:
        self.told = {path: as_json(each) for path, each in told.items()}
        self.events = [b"data: " + as_json(event) + b"\n\n" for event in events]

    async def answer(self, request: Request, connection: Connection) -> None:
        if request.method == "GET":
            found = self.told.get(request.path)
            status = 404 if found is None else 200
            await connection.send(status, found or b"{}", "application/json")
            return
        await connection.start_stream("text/event-stream")
        for event in (*self.events, b"data: [DONE]\n\n"):
            await connection.stream(event)
        await connection.end_stream()


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).replace("\\\\ud800", "\\ud800").encode()


@pytest.mark.parametrize("by", HOSTILE)
@pytest.mark.parametrize("door", DOORS)
async def test_no_value_of_an_answer_hurts(
    door: str, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an answer or a sentence, counts can be added up, and nobody is held."""
    monkeypatch.setenv("FIMLS_API_KEY", "sk-not-to-be-seen")
    of, server = DOORS[door], Server()
    before = psutil.Process().memory_info().rss
    async with serve(server.answer) as port:
        url = f"http://127.0.0.1:{port}"
        chunks: list[Chunk] = []
        for told, events, where in cases(of, HOSTILE[by]):
            server.is_like(told, events)
            took_s = BUDGET_S
            for _ in range(3):  # a collection of garbage may fall into any of them
                if took_s >= BUDGET_S:
                    with longest_callback(monkeypatch) as took:
                        chunks = await generated(of, url)
                    took_s = took[0]
            assert took_s < BUDGET_S, where
            for chunk in chunks:
                usage = chunk.usage
                assert 0 <= usage.cached_tokens <= usage.prompt_tokens <= 2**31, where
                assert 0 <= usage.host_tokens <= usage.cached_tokens, where
                assert type(usage.completion_tokens) is int, where
                assert 0 <= usage.completion_tokens <= 2**31, where
                assert all(logprob <= 0 for _, logprob in chunk.logprobs), where
    assert psutil.Process().memory_info().rss - before < 128 * MB


def cases(of: Door, by: Any) -> Iterator[tuple[dict[str, Any], list[Any], str]]:
    for path, answer in of.told.items():
        for place in places(answer):
            yield {**of.told, path: spoilt(answer, place, by)}, of.events, f"{path} {place}"
    for number, event in enumerate(of.events):
        for place in places(event):
            events = [*of.events]
            events[number] = spoilt(event, place, by)
            yield of.told, events, f"event {number} {place}"


async def generated(of: Door, url: str) -> list[Chunk]:
    """Return what comes of a generation; what is refused is refused in a sentence."""
    table = {"kind": of.kind, "url": url, "connect_timeout_ms": 3_000}
    settings, problems = resolve([Layer(name="test", values={"engine": table})])
    assert not problems
    backend = identified(engine_for(settings.engine))
    chunks: list[Chunk] = []
    refusal = ""
    try:
        info = await backend.model_info()
        check(info)
        request = GenerateRequest(rid="0" * 32, max_new_tokens=16, model=info, **of.asks)
        async with aclosing(backend.stream(request)) as stream:
            async for chunk in stream:
                chunks.append(chunk)
                assert len(chunk.text) < MB
    except BackendError as error:
        refusal = str(error)
    finally:
        await backend.aclose()
    assert refusal.isprintable(), repr(refusal)
    assert len(refusal) < 700
    assert "sk-not" not in refusal
    return chunks


def check(info: ModelInfo) -> None:
    for name in (info.model_path, info.tokenizer_path, *info.also_named):
        assert name.isprintable(), repr(name[:100])
        assert len(name) <= 1_000
    assert info.context_length is None or info.context_length > 0
    assert info.vocabulary is None or info.vocabulary > 0
