"""No answer takes more than its share of memory, of time or of the event loop."""

from __future__ import annotations

import functools
import gzip
import itertools
import json
import logging
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import psutil
import pytest

from fimls.backend import exchange, sglang_json
from fimls.backend.base import Usage
from fimls.backend.sglang import SGLangBackend
from fimls.errors import BackendError, BackendProtocolError, BackendUnreachable
from support.raw_server import HEAD, Answer, listening, longest_callback, repeating, saying, settled
from support.replay import STOP, Response, collect, event, replaying, request, streaming, text_of

Ask = Callable[[SGLangBackend], Awaitable[Any]]

ASKING: dict[str, Ask] = {
    "generate": collect,
    "model_info": lambda backend: backend.model_info(),
}
CHUNKED = b"transfer-encoding: chunked\r\n"
JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
BUDGET_S = 0.05
"""Of processor time for one callback of the loop."""
MB = 2**20


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@functools.cache
def bomb_of(times: int) -> bytes:
    return nested(b"data: x\n\n" * (200 * MB // 9), times)


def nested(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = gzip.compress(data)
    return data


GOING_ON: dict[str, Answer] = {
    "body without end": repeating(JSON + b"\r\n", b"[" * 65_536),
    "chunks without end": repeating(JSON + CHUNKED + b"\r\n", chunk(b" " * 65_536)),
    "chunks of one byte": repeating(JSON + CHUNKED + b"\r\n", b"1\r\nx\r\n" * 20_000),
    "line without end": repeating(HEAD + b"\r\n", b"data: " + b"x" * 65_536),
    "status line without end": repeating(b"HTTP/1.1 200 ", b"O" * 65_536),
    "header without end": repeating(b"HTTP/1.1 200 OK\r\nx: ", b"x" * 65_536),
    "headers without end": repeating(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 10_000),
    "interim answers without end": repeating(b"", b"HTTP/1.1 102 Wait\r\n\r\n" * 1_000),
    "chunk extension without end": repeating(HEAD + CHUNKED + b"\r\n1;", b"x" * 65_536),
    "trailers without end": repeating(HEAD + CHUNKED + b"\r\n0\r\n", b"x: y\r\n" * 10_000),
    "length of an exabyte": repeating(
        JSON + b"content-length: 9" + b"0" * 17 + b"\r\n\r\n", b" " * MB
    ),
}


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
@pytest.mark.parametrize("answer", GOING_ON.values(), ids=GOING_ON)
async def test_what_goes_on_and_on_is_ended_by_its_size(
    answer: Answer, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "_MOST_CHUNKS", 20_000)
    before = psutil.Process().memory_info().rss
    async with listening(answer) as url:
        backend = SGLangBackend(url, read_timeout_s=20)
        with longest_callback(monkeypatch) as took, pytest.raises(BackendProtocolError):
            await ask(backend)
        await backend.aclose()
        assert await settled(url, 0) == 0
    assert psutil.Process().memory_info().rss - before < 64 * MB
    assert took[0] < BUDGET_S


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
@pytest.mark.parametrize(
    "answer",
    [
        repeating(HEAD + CHUNKED + b"\r\n", chunk(b":\n"), 0.02),
        repeating(HEAD + CHUNKED, b"x: y\r\n", 0.02),
        repeating(b"", b"\r\n", 0.02),
    ],
    ids=["body", "head", "before the head"],
)
async def test_what_drips_is_ended_by_its_time(answer: Answer, ask: Ask) -> None:
    """The engine is never silent for as long as it may be, and never ready either."""
    async with listening(answer) as url:
        backend = SGLangBackend(url, read_timeout_s=0.1)
        with pytest.raises(BackendError):
            await ask(backend)
        await backend.aclose()


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_gzip_bomb_is_not_unpacked(
    ask: Ask, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = bomb_of(times)
    encodings = b", ".join([b"gzip"] * times)
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: %b\r\ncontent-length: %d\r\n\r\n"
    before = psutil.Process().memory_info().rss
    async with listening(saying(head % (encodings, len(bomb)) + bomb)) as url:
        backend = SGLangBackend(url)
        with longest_callback(monkeypatch) as took, pytest.raises(BackendError):
            await ask(backend)
        await backend.aclose()
    assert psutil.Process().memory_info().rss - before < 64 * MB
    assert took[0] < BUDGET_S


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("deflate", zlib.compress),
        ("br", bytes),
        ("zstd", bytes),
        ("gzip, gzip", lambda data: nested(data, 2)),
        ("identity, gzip, gzip", lambda data: nested(data, 2)),
        ("nonsense", bytes),
    ],
)
async def test_answers_that_are_packed_otherwise_are_refused(
    encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    body = pack(event("a", 1, STOP))
    backend = replaying(
        lambda _: Response(pieces=[body], headers=[f"content-encoding: {encoding}"])
    )
    with pytest.raises(BackendProtocolError, match="compresses"):
        await collect(backend)
    await backend.aclose()


async def test_gzip_that_a_proxy_adds_is_read_though_nobody_asked_for_it() -> None:
    seen: list[str] = []
    body = gzip.compress(event("é", 1) + event("é😀", 2, STOP))

    def answer(asking: Any) -> Response:
        seen.append(asking.headers["accept-encoding"])
        pieces = [body[i : i + 7] for i in range(0, len(body), 7)]
        return Response(pieces=pieces, headers=["content-encoding: gzip"])

    backend = replaying(answer)
    assert text_of(await collect(backend)) == "é😀"
    await backend.aclose()
    assert seen == ["identity"]


@pytest.mark.parametrize("cut", [1, 10, -1])
async def test_gzip_that_ends_early_is_an_answer_cut_short(cut: int) -> None:
    body = gzip.compress(event("a", 1))[:cut]
    backend = replaying(lambda _: Response(pieces=[body], headers=["content-encoding: gzip"]))
    with pytest.raises(BackendUnreachable, match="broke"):
        await collect(backend)
    await backend.aclose()


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
async def test_what_follows_the_end_of_gzip_is_not_kept(ask: Ask) -> None:
    head = JSON + b"content-encoding: gzip\r\n" + CHUNKED + b"\r\n"
    packed = chunk(gzip.compress(b'{"model_path": "x"}'))
    async with listening(repeating(head + packed, chunk(b" " * 65_536))) as url:
        backend = SGLangBackend(url, read_timeout_s=20)
        with pytest.raises(BackendProtocolError, match="gzip"):
            await ask(backend)
        await backend.aclose()


@pytest.mark.parametrize("others", [[], [[[-1.0, 6, "b"]] * 500_000]])
async def test_more_probabilities_than_tokens_were_asked_for(others: list[Any]) -> None:
    """Each would become an object, and make the loop stand still."""
    meta = {
        "completion_tokens": 1 if others else 500_000,
        "output_token_logprobs": [[-1.0, 5, "a"]] * (1 if others else 500_000),
        "output_top_logprobs": others,
        "finish_reason": STOP,
    }
    said = json.dumps({"text": "a", "meta_info": meta})
    answer = sglang_json.Answer(request(logprobs=True, others=2), "http://engine")
    if others:
        assert len(answer.take(said).tokens[0].others) <= 3
    else:
        with pytest.raises(BackendProtocolError):
            answer.take(said)


def test_a_probability_above_one_is_taken_for_certain() -> None:
    meta = {"completion_tokens": 1, "output_token_logprobs": [[1e300, 5, "a"]]}
    answer = sglang_json.Answer(request(logprobs=True), "http://engine")
    said = json.dumps({"text": "a", "meta_info": {**meta, "finish_reason": STOP}})
    assert answer.take(said).logprobs == (("a", 0.0),)


@pytest.mark.parametrize("text", [5, [], {"a": 1}])
def test_a_token_whose_text_is_none_is_not_sglangs(text: Any) -> None:
    meta = {"completion_tokens": 1, "output_token_logprobs": [[-1.0, 5, text]]}
    answer = sglang_json.Answer(request(logprobs=True), "http://engine")
    if text == []:
        meta["output_token_logprobs"] = [[-1.0, 5, ["a"]]]
    with pytest.raises(BackendProtocolError):
        answer.take(json.dumps({"text": "a", "meta_info": {**meta, "finish_reason": STOP}}))


@pytest.mark.parametrize("pieces", [1, 64])
async def test_an_engine_that_writes_more_than_it_was_asked_for(pieces: int) -> None:
    """One token of megabytes, or many: what reads it takes time for each character."""
    size = 7_000_000 // pieces
    events = [event("[" * size * (n + 1), n + 1) for n in range(min(pieces, 8))]
    with pytest.raises(BackendProtocolError):
        await collect(streaming(events), request(max_new_tokens=64))


COUNTS = [-1, -(10**9), 0, 3, 2**40, 10**30, 1e300, -1e300, 2.5]


@pytest.mark.parametrize(
    ("prompt", "cached", "new"), [*itertools.product(COUNTS, [-5, 4, 1e300], [-1, 1, 10**30])]
)
async def test_counts_that_cannot_be_hurt_nobody(prompt: float, cached: float, new: float) -> None:
    meta = {
        "finish_reason": STOP,
        "prompt_tokens": prompt,
        "cached_tokens": cached,
        "completion_tokens": new,
    }
    said = {"text": "a", "output_ids": [1], "meta_info": meta}
    (chunk,) = await collect(streaming([b"data: " + json.dumps(said).encode() + b"\n\n"]))
    usage = chunk.usage
    assert chunk.text == "a"
    assert 0 <= usage.cached_tokens <= usage.prompt_tokens <= 2**31
    assert 0 <= usage.completion_tokens <= 2**31


@pytest.mark.parametrize("said", [None, "many", "5", [], {}, True, 2.5, -3, 10**30])
@pytest.mark.parametrize("where", ["cached_tokens", "cached_tokens_details", "host"])
def test_a_count_of_the_cache_that_is_none_costs_nobody_the_answer(said: Any, where: str) -> None:
    meta = {"prompt_tokens": 9, "cached_tokens": 4, "completion_tokens": 1, "finish_reason": STOP}
    meta |= {"cached_tokens_details": {"host": said}} if where == "host" else {where: said}
    answer = sglang_json.Answer(request(), "http://engine")
    chunk = answer.take(json.dumps({"text": "a", "output_ids": [1], "meta_info": meta}))
    assert chunk.text == "a"
    assert 0 <= chunk.usage.host_tokens <= chunk.usage.cached_tokens <= 9


def test_counts_that_cannot_be_are_mentioned_once(caplog: pytest.LogCaptureFixture) -> None:
    sglang_json._warn_of_counts.cache_clear()
    caplog.set_level(logging.WARNING)
    for _ in range(3):
        assert sglang_json.counted(prompt=3, cached=4, completion=-1) == Usage(
            prompt_tokens=3, cached_tokens=3, completion_tokens=0
        )
    assert len(caplog.records) == 1
