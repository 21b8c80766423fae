"""Bytes of /generate -> chunks, whatever the network does to the bytes."""

from __future__ import annotations

import json

import pytest

from fimls.backend.base import Chunk, Usage
from fimls.backend.sglang import SGLangBackend
from fimls.errors import (
    BackendBusy,
    BackendError,
    BackendProtocolError,
    BackendRejected,
    BackendUnreachable,
)
from support.fake_http import Request
from support.fake_sglang import Drop, FakeSGLang, Finish, HttpError, Raw, StreamError
from support.replay import (
    DONE,
    STOP,
    Response,
    collect,
    event,
    replaying,
    request,
    streaming,
    text_of,
)

TEXTS = ["", "é", "é\u2028\x85", "é\u2028\x85😀\n", 'é\u2028\x85😀\n"ok"']
BODY = b"".join(event(text, n + 1) for n, text in enumerate(TEXTS)) + event(TEXTS[-1], 6, STOP)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
async def test_pieces_and_line_ends_make_no_difference(size: int, end: bytes) -> None:
    body = (BODY + DONE).replace(b"\n", end)

    chunks = await collect(streaming(body[i : i + size] for i in range(0, len(body), size)))

    assert [chunk.text for chunk in chunks] == ["", "é", "\u2028\x85", "😀\n", '"ok"', ""]
    assert [chunk.usage.completion_tokens for chunk in chunks] == [1, 2, 3, 4, 5, 6]
    assert [chunk.finish_reason for chunk in chunks] == [None] * 5 + ["stop"]


async def test_every_place_where_the_stream_can_be_cut_short() -> None:
    whole = await collect(streaming([BODY]))
    last = BODY.rindex(b"\n\n")  # an event that lacks only its last empty line is whole
    for cut in range(last):
        chunks: list[Chunk] = []
        with pytest.raises(BackendUnreachable, match="broke"):
            await collect(streaming([BODY[:cut]]), into=chunks)
        assert chunks == whole[: len(chunks)], cut
        assert len(chunks) < len(whole)


async def test_what_breaks_after_the_last_chunk_hurts_nobody() -> None:
    assert text_of(await collect(streaming([BODY], breaks=True))) == TEXTS[-1]


async def test_what_breaks_before_the_last_chunk_is_an_error() -> None:
    with pytest.raises(BackendUnreachable):
        await collect(streaming([event("a", 1)], breaks=True))


async def test_usage_is_the_engine_s() -> None:
    (chunk,) = await collect(streaming([event("a", 2, STOP, cached=2)]))

    assert chunk.usage == Usage(prompt_tokens=3, cached_tokens=2, completion_tokens=2)


async def test_an_engine_that_sends_only_what_is_new() -> None:
    pieces = [event("a", 1, ids=1), event("bc", 3, ids=2), event("", 4, ids=1), event("d", 5, STOP)]
    pieces[-1] = event("d", 5, STOP, ids=1)

    chunks = await collect(streaming(pieces))

    assert [chunk.text for chunk in chunks] == ["a", "bc", "", "d"]


async def test_repeated_text_is_not_taken_for_what_was_there() -> None:
    """New text may equal the text so far: only the counts tell the two ways apart."""
    assert text_of(await collect(streaming([event("x", 1), event("x", 2, STOP, ids=1)]))) == "xx"
    assert text_of(await collect(streaming([event("x", 1), event("x", 2, STOP)]))) == "x"


async def test_an_abort_in_the_queue_sends_all_text_with_one_id() -> None:
    """As SGLang's tokenizer manager does when the others bring only what is new."""
    aborted = event("abc", 3, {"type": "abort", "message": "Abort in waiting queue"}, ids=1)

    chunks = await collect(streaming([event("ab", 2), event("c", 3, ids=1), aborted]))

    assert text_of(chunks) == "abc"
    assert chunks[-1].finish_reason == "abort"


@pytest.mark.parametrize(
    ("texts", "reason", "shown"),
    [
        (["a\n", "a\n"], {"type": "stop", "matched": "\n\n"}, ["a", ""]),
        (["a\n", "a\nb", "a\nb"], STOP, ["a", "\nb", ""]),
        (["a\n", "a\n"], {"type": "length", "length": 2}, ["a", "\n"]),
        (["a", "ab"], STOP, ["a", "b"]),
        (["   \n"], {"type": "stop", "matched": "\n\n"}, ["   \n"]),
        (["a", "a\n"], {"type": "stop", "matched": "\n\n"}, ["a", "\n"]),
    ],
)
async def test_the_head_of_a_stop_string_is_kept_back(
    texts: list[str], reason: dict[str, object], shown: list[str]
) -> None:
    """SGLang has sent the tokens that a stop string begins with before it knows."""
    last = len(texts) - 1
    pieces = [event(text, n + 1, reason if n == last else None) for n, text in enumerate(texts)]

    chunks = await collect(streaming(pieces), request(stop=("\n\n",)))

    assert [chunk.text for chunk in chunks] == shown


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"error": {"message": "too long", "code": 400}}, BackendRejected),
        ({"error": {"message": "full", "code": 503}}, BackendBusy),
        ({"error": {"message": "no code"}}, BackendProtocolError),
        ({"error": "only text"}, BackendProtocolError),
    ],
)
async def test_errors_inside_a_stream(data: object, kind: type[BackendError]) -> None:
    asked: list[str] = []

    def answer(asking: Request) -> Response:
        asked.append(asking.path)
        body = event("a", 1) + b"data: " + json.dumps(data).encode() + b"\n\n" + DONE
        return Response(pieces=[body])

    backend = replaying(answer)
    with pytest.raises(kind):
        await collect(backend)
    await backend.aclose()

    assert asked == ["/generate"]


@pytest.mark.parametrize(
    ("status", "kind"), [(400, BackendRejected), (503, BackendBusy), (500, BackendProtocolError)]
)
async def test_an_abort_with_a_status_is_an_error(status: int, kind: type[BackendError]) -> None:
    reason = {"type": "abort", "message": "The request queue is full.", "status_code": status}

    with pytest.raises(kind):
        await collect(streaming([event("", 0, reason) + DONE]))


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense",
        b"[]",
        b"3",
        b'"error"',
        b"{}",
        b'{"text": "a"}',
        b'{"text": 3, "meta_info": {}}',
        b'{"text": "a", "meta_info": []}',
        b'{"text": "a", "meta_info": {"finish_reason": "stop"}}',
        b'{"text": "a", "meta_info": {"finish_reason": {}}}',
        b'{"text": "a", "output_ids": 3, "meta_info": {}}',
        b"[" * 100_000,
        b"\xff",
    ],
)
async def test_what_sglang_does_not_send(data: bytes) -> None:
    with pytest.raises(BackendProtocolError) as caught:
        await collect(streaming([b"data: " + data + b"\n\n"]))

    assert "\n" not in str(caught.value)


async def test_no_message_holds_the_prompt(engine: FakeSGLang) -> None:
    asked = request(input_ids=[4711] * 9)
    for body in ({"detail": [{"input": asked.input_ids}]}, {"error": f"bad {asked.input_ids}"}):
        engine.script = [HttpError(422, body)]
        backend = SGLangBackend(engine.url)
        with pytest.raises(BackendRejected) as caught:
            await collect(backend, asked)
        await backend.aclose()
        assert "4711" not in str(caught.value)


@pytest.mark.parametrize("incremental", [False, True])
async def test_over_a_real_connection(incremental: bool) -> None:
    with FakeSGLang(script=["é", "😀", "\n", "ok"], incremental=incremental) as engine:
        backend = SGLangBackend(engine.url)
        first, again = await collect(backend), await collect(backend, request("r2"))
        await backend.aclose()

    assert [chunk.text for chunk in first] == ["é", "😀", "\n", "ok"]
    assert [chunk.finish_reason for chunk in first] == [None, None, None, "stop"]
    assert (first[-1].usage.cached_tokens, again[-1].usage.cached_tokens) == (0, 2)


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (["a", Drop()], BackendUnreachable),
        ([Drop()], BackendUnreachable),
        (["a", Raw(b"data: {\n\n")], BackendProtocolError),
        (["a", StreamError("too long")], BackendRejected),
        ([Finish({"type": "abort", "message": "full", "status_code": 503})], BackendBusy),
        ([HttpError(429)], BackendBusy),
        ([HttpError(302)], BackendProtocolError),
    ],
)
async def test_faults_over_a_real_connection(
    engine: FakeSGLang, script: list[object], kind: type[BackendError]
) -> None:
    engine.script = script  # type: ignore[assignment]
    backend = SGLangBackend(engine.url)
    with pytest.raises(kind) as caught:
        await collect(backend)
    assert engine.url in str(caught.value)

    engine.script = ["well"]
    assert text_of(await collect(backend, request("r2"))) == "well"
    await backend.aclose()
