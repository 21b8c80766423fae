"""Leaving a generation ends it in the engine: told by the order of events, never by time."""

from __future__ import annotations

import asyncio
import gc
import logging
from contextlib import aclosing

import pytest

from fimls.backend.base import Usage
from fimls.backend.sglang import SGLangBackend
from fimls.errors import BackendRejected, BackendUnreachable
from support.fake_sglang import FakeSGLang, Hold, HttpError, StreamError
from support.replay import collect, request, text_of


async def started(engine: FakeSGLang, count: int = 1) -> None:
    await asyncio.to_thread(engine.wait_started, count=count)


async def test_cancelling_a_reader_ends_the_generation(
    engine: FakeSGLang, backend: SGLangBackend
) -> None:
    engine.script = ["a", Hold()]
    reading = asyncio.create_task(collect(backend))
    await started(engine)

    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await asyncio.to_thread(engine.wait_aborted)
    await asyncio.to_thread(engine.wait_ended)

    assert engine.aborted == ["r1"]
    kinds = [kind for kind, _ in engine.events]
    assert kinds[0] == "start"
    assert set(kinds[1:]) <= {"disconnect", "abort", "end"}


async def test_cancelling_before_the_first_byte_ends_the_generation(
    engine: FakeSGLang, backend: SGLangBackend
) -> None:
    engine.script = [Hold()]
    reading = asyncio.create_task(collect(backend))
    await started(engine)

    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await asyncio.to_thread(engine.wait_aborted)

    assert engine.aborted == ["r1"]


async def test_closing_a_stream_early_ends_the_generation(
    engine: FakeSGLang, backend: SGLangBackend
) -> None:
    engine.script = ["a", "b", Hold()]
    async with aclosing(backend.stream(request())) as chunks:
        async for chunk in chunks:
            assert chunk.text == "a"
            break
    await asyncio.to_thread(engine.wait_aborted)
    await asyncio.to_thread(engine.wait_ended)

    assert engine.aborted == ["r1"]


async def test_an_error_in_the_reader_ends_the_generation(
    engine: FakeSGLang, backend: SGLangBackend
) -> None:
    engine.script = ["a", Hold()]

    async def read() -> None:
        async with aclosing(backend.stream(request())) as chunks:
            async for _ in chunks:
                raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await read()
    await asyncio.to_thread(engine.wait_aborted)

    assert engine.aborted == ["r1"]


async def test_an_engine_that_falls_silent_is_told(engine: FakeSGLang) -> None:
    engine.script = ["a", Hold()]
    backend = SGLangBackend(engine.url, read_timeout_s=0.05)

    with pytest.raises(BackendUnreachable, match="silent"):
        await collect(backend)
    await asyncio.to_thread(engine.wait_aborted)
    await backend.aclose()

    assert engine.aborted == ["r1"]


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (["a", "b"], None),
        ([HttpError(400, {"error": "no"})], BackendRejected),
        (["a", StreamError("no")], BackendRejected),
    ],
)
async def test_what_has_ended_is_not_aborted(
    engine: FakeSGLang, script: list[object], error: type[Exception] | None
) -> None:
    engine.script = script  # type: ignore[assignment]
    backend = SGLangBackend(engine.url)
    if error is None:
        assert text_of(await collect(backend)) == "ab"
    else:
        with pytest.raises(error):
            await collect(backend)
    await backend.aclose()

    assert engine.aborted == []
    assert not [path for _, path, _ in engine.calls if path == "/abort_request"]


async def test_leaving_at_the_last_chunk_is_no_abort(engine: FakeSGLang) -> None:
    engine.script = ["a"]
    backend = SGLangBackend(engine.url)
    async with aclosing(backend.stream(request())) as chunks:
        async for chunk in chunks:
            assert chunk.finish_reason == "stop"
            break
    await backend.aclose()

    assert engine.aborted == []


async def test_a_stream_that_was_never_read_asks_nothing(
    engine: FakeSGLang, backend: SGLangBackend
) -> None:
    await backend.stream(request()).aclose()
    await backend.aclose()

    assert engine.calls == []


async def test_an_abort_outlives_its_reader_and_the_garbage_collector(
    engine: FakeSGLang, backend: SGLangBackend
) -> None:
    """The loop itself keeps only weak references to tasks."""
    engine.script = ["a", Hold()]
    readers = [asyncio.create_task(collect(backend, request(f"r{i}"))) for i in range(5)]
    await started(engine, 5)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    del readers
    gc.collect()
    await asyncio.to_thread(engine.wait_aborted, count=5)

    assert sorted(engine.aborted) == [f"r{i}" for i in range(5)]


async def test_closing_waits_for_aborts(engine: FakeSGLang, backend: SGLangBackend) -> None:
    engine.script = ["a", Hold()]
    async with aclosing(backend.stream(request())) as chunks:
        await anext(chunks)
    await backend.aclose()

    assert engine.aborted == ["r1"]


async def test_a_closed_backend_says_so(engine: FakeSGLang, backend: SGLangBackend) -> None:
    await backend.healthy()
    await backend.aclose()
    await backend.aclose()

    with pytest.raises(BackendUnreachable, match="closed"):
        await collect(backend)


async def test_closing_the_backend_under_a_stream_is_quiet(
    engine: FakeSGLang, caplog: pytest.LogCaptureFixture
) -> None:
    engine.script = ["a", Hold()]
    backend = SGLangBackend(engine.url)
    chunks = backend.stream(request())
    await anext(chunks)
    await backend.aclose()
    await chunks.aclose()
    await asyncio.to_thread(engine.wait_disconnected)

    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("status", [401, 403, 404, 500])
async def test_an_engine_that_takes_no_aborts_is_mentioned_once(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="fimls")
    with FakeSGLang(script=["a", Hold()], abort_status=status) as engine:
        backend = SGLangBackend(engine.url)
        for rid in ("r1", "r2", "r3"):
            async with aclosing(backend.stream(request(rid))) as chunks:
                await anext(chunks)
        await backend.aclose()

    assert sorted(engine.aborted) == ["r1", "r2", "r3"]
    assert len([record for record in caplog.records if record.name.startswith("fimls")]) == 1


async def test_twenty_streams_at_once_stay_apart(
    engine: FakeSGLang, backend: SGLangBackend
) -> None:
    engine.scripts = [["", Hold(), "x"] for _ in range(20)]
    asked = [request(f"r{i:02}", input_ids=[1, 2, 3, i]) for i in range(20)]
    reading = [asyncio.create_task(collect(backend, each)) for each in asked]
    await started(engine, 20)
    # All twenty run before the first may end; an abort must not wait for them either.
    for reader in reading[:5]:
        reader.cancel()
    await asyncio.to_thread(engine.wait_aborted, count=5)
    for _ in range(15):
        engine.release()
    answers = await asyncio.gather(*reading, return_exceptions=True)

    assert [isinstance(answer, asyncio.CancelledError) for answer in answers] == [True] * 5 + [
        False
    ] * 15
    assert sorted(engine.aborted) == [f"r{i:02}" for i in range(5)]
    for answer in answers[5:]:
        assert not isinstance(answer, BaseException)
        assert text_of(answer) == "x"
    kinds = [kind for kind, _ in engine.events]
    assert kinds[:20] == ["start"] * 20


async def test_warming_generates_nothing(engine: FakeSGLang, backend: SGLangBackend) -> None:
    engine.script = ["never seen"]
    asked = request(input_ids=[1, 2, 3, 4], stop=("x",), regex="y")

    cold, warm = await backend.warm(asked), await backend.warm(asked)

    assert cold == Usage(prompt_tokens=4, cached_tokens=0, completion_tokens=0)
    assert warm == Usage(prompt_tokens=4, cached_tokens=3, completion_tokens=0)
    assert [body["sampling_params"]["max_new_tokens"] for body in engine.requests] == [0, 0]
    assert (await collect(backend, asked))[-1].usage.cached_tokens == 3
