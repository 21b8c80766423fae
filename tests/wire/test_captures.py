"""What SGLang 0.5.23 really sent (tests/data), read by the backend and compared with the fake."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from fimls.backend.base import Chunk, ModelInfo, Usage
from fimls.backend.sglang import SGLangBackend
from fimls.errors import BackendError, BackendRejected
from support.fake_sglang import FakeSGLang, Hold
from support.replay import Response, collect, replaying, request, streaming, text_of

DATA = Path(__file__).parents[1] / "data"


def capture(name: str) -> bytes:
    return (DATA / "sse" / f"{name}.txt").read_bytes()


def recorded(name: str) -> Any:
    return json.loads((DATA / "sglang" / f"{name}.json").read_text("utf-8"))


def events(data: bytes) -> list[dict[str, Any]]:
    """Return the events of a capture, read without the code under test."""
    lines = data.decode().split("\n")
    found = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    assert found.pop() == "[DONE]"
    return [json.loads(line) for line in found]


Cut = Callable[[bytes], list[bytes]]

CUTS: dict[str, Cut] = {
    "whole": lambda data: [data],
    "bytes": lambda data: [data[i : i + 1] for i in range(len(data))],
    "events": lambda data: [part + b"\n\n" for part in data.split(b"\n\n")],
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("completion", "length"),
        ("unicode", "stop"),
        ("aborted", "abort"),
        ("warm", "length"),
        ("logprobs", "stop"),
        ("others", "stop"),
    ],
)
async def test_streams_that_end_well(name: str, reason: str, cut: Cut) -> None:
    data = capture(name)
    last = events(data)[-1]

    chunks = await collect(streaming(cut(data)))

    assert text_of(chunks) == last["text"]
    assert [chunk.finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + [reason]
    meta = last["meta_info"]
    assert chunks[-1].usage == Usage(
        prompt_tokens=meta["prompt_tokens"],
        cached_tokens=meta["cached_tokens"],
        completion_tokens=meta["completion_tokens"],
    )
    counts = [chunk.usage.completion_tokens for chunk in chunks]
    assert counts == sorted(counts)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("too_long", "longer than the model's context length"),
        ("bad_regex", "Failed to compile regex grammar"),
        ("duplicate_rid", "Duplicate request ID"),
    ],
)
async def test_streams_that_are_refused(name: str, says: str) -> None:
    chunks: list[Chunk] = []
    with pytest.raises(BackendRejected, match=says):
        await collect(streaming([capture(name)]), into=chunks)

    assert chunks == []  # a token that came with the refusal is no answer


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("error_too_long", "longer than the model's context length"),
        ("error_bad_value", "temperature must be a non-negative finite number"),
        ("error_unknown_parameter", "unknown field"),
    ],
)
async def test_refusals_without_a_stream(name: str, says: str) -> None:
    backend = replaying(lambda _: Response(status=400, json=recorded(name)))

    with pytest.raises(BackendRejected, match=says):
        await collect(backend)


async def test_what_the_engine_says_of_itself() -> None:
    answers = {"/model_info": "model_info", "/server_info": "server_info", "/v1/models": "models"}
    backend = replaying(lambda asked: Response(json=recorded(answers[asked.path])))

    info = await backend.model_info()

    model, server = recorded("model_info"), recorded("server_info")
    assert info == ModelInfo(
        model_path=model["model_path"],
        tokenizer_path=model["tokenizer_path"],
        context_length=server["max_req_input_len"],
    )
    assert server["context_length"] is None  # unless it is started with --context-length


@pytest.mark.parametrize(
    "models",
    [
        {"data": {"a": 1}},
        {"data": [1]},
        {"data": "x"},
        {"data": [None]},
        {"data": [{"max_model_len": True}]},
        {"data": [{"max_model_len": -4}]},
    ],
)
async def test_an_engine_that_says_nonsense_of_its_room_says_nothing(models: Any) -> None:
    answers = {"/model_info": {"model_path": "m", "vocab_size": True}, "/v1/models": models}
    backend = replaying(lambda asked: Response(json=answers.get(asked.path, {"context_length": 0})))
    assert await backend.model_info() == ModelInfo(
        model_path="m", tokenizer_path="m", context_length=None
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [("model_info", "model_info"), ("server_info", "server_info"), ("v1/models", "models")],
)
def test_the_fake_says_nothing_of_itself_that_the_engine_does_not(
    engine: FakeSGLang, path: str, name: str
) -> None:
    said = httpx.get(f"{engine.url}/{path}", trust_env=False).json()

    assert said.keys() <= recorded(name).keys()


@pytest.mark.parametrize("name", ["completion", "aborted"])
async def test_the_fake_streams_what_the_engine_does(engine: FakeSGLang, name: str) -> None:
    engine.script = ["a", "b", "c"] if name == "completion" else ["a", Hold()]
    body = {"rid": "r1", "input_ids": [1, 2], "stream": True}
    body["sampling_params"] = {"max_new_tokens": 3}
    async with (
        httpx.AsyncClient(trust_env=False, base_url=engine.url) as client,
        client.stream("POST", "/generate", json=body) as response,
    ):
        pieces = response.aiter_bytes()
        data = await anext(pieces)
        if name == "aborted":
            await client.post("/abort_request", json={"rid": "r1"})
        async for piece in pieces:
            data += piece

    real, fake = events(capture(name)), events(data)
    for said, seen in ((fake[0], real[0]), (fake[-1], real[-1])):
        assert said.keys() == seen.keys()
        assert said["meta_info"].keys() <= seen["meta_info"].keys()
        for key, value in said["meta_info"].items():
            assert type(value) is type(seen["meta_info"][key]), key
    reasons = fake[-1]["meta_info"]["finish_reason"], real[-1]["meta_info"]["finish_reason"]
    assert reasons[0].keys() == reasons[1].keys()
    assert reasons[0]["type"] == reasons[1]["type"]


async def test_the_fake_refuses_as_the_engine_does() -> None:
    with FakeSGLang(context_length=8) as engine:
        backend = SGLangBackend(engine.url)
        with pytest.raises(BackendError) as fake:
            await collect(backend, request(input_ids=list(range(9))))
        await backend.aclose()
    with pytest.raises(BackendError) as real:
        await collect(streaming([capture("too_long")]))

    assert type(fake.value) is type(real.value)
    assert "(9 tokens) is longer than the model's context length (8 tokens)" in str(fake.value)
    assert "(20000 tokens) is longer than the model's context length" in str(real.value)


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
async def test_every_token_of_the_text_has_its_probability_once(cut: Cut) -> None:
    data = capture("logprobs")
    told = [(text, logprob) for logprob, _, text in _logprobs(events(data)[-1])]

    chunks = await collect(streaming(cut(data)), request(logprobs=True))

    tokens = [token for chunk in chunks for token in chunk.logprobs]
    assert tokens == told[:-1]  # the last one is the stop token, which is no text
    assert "".join(text for text, _ in tokens) == text_of(chunks)


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
async def test_every_token_comes_once_with_the_others(cut: Cut) -> None:
    data = capture("others")
    meta = events(data)[-1]["meta_info"]

    chunks = await collect(streaming(cut(data)), request(others=3))

    tokens = [token for chunk in chunks for token in chunk.tokens]
    assert [[token.logprob, token.id, token.text] for token in tokens] == _logprobs(
        events(data)[-1]
    )  # with the stop token
    for token, top in zip(tokens, meta["output_top_logprobs"], strict=True):
        others = [[other.logprob, other.id, other.text] for other in token.others]
        assert [[token.logprob, token.id, token.text], *others] == top
    assert not any(chunk.logprobs for chunk in chunks)


async def test_probabilities_that_come_once_each() -> None:
    """As an engine sends them that was started to send only what is new."""
    parts = events(capture("logprobs"))
    before = 0
    for part in parts:
        ids, logprobs = part["output_ids"], _logprobs(part)
        part["text"] = part["text"][len(" +") if before else 0 :] if len(ids) < 3 else ""
        part["output_ids"], part["meta_info"]["output_token_logprobs"] = (
            ids[before:],
            logprobs[before:],
        )
        before = len(ids)
    body = "".join(f"data: {json.dumps(part)}\n\n" for part in parts) + "data: [DONE]\n\n"

    chunks = await collect(streaming([body.encode()]), request(logprobs=True))

    tokens = [token for chunk in chunks for token in chunk.logprobs]
    assert "".join(text for text, _ in tokens) == text_of(chunks) == " + b"


def _logprobs(event: dict[str, Any]) -> list[Any]:
    return event["meta_info"]["output_token_logprobs"]
