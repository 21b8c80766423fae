"""Connections to the engine are closed whatever is cancelled when, and there are never many."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from contextlib import aclosing

import pytest
import trustme

from fimls.backend import connection_pool
from fimls.backend.base import Priority
from fimls.backend.sglang import OF_ONE_EDITOR, SGLangBackend
from fimls.errors import BackendBusy, BackendUnreachable
from support.fake_sglang import FakeSGLang, Hold
from support.raw_server import HEAD, asked, listening, settled, sockets_to
from support.replay import collect, event, request, text_of

MOST = OF_ONE_EDITOR + 2


@pytest.fixture(autouse=True)
def short_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Close connections that nobody uses sooner than in earnest."""
    monkeypatch.setattr(connection_pool, "IDLE_SECONDS", 0.3)


async def left_after(backend: SGLangBackend, steps: int, rid: str) -> None:
    """Begin a generation, and leave it after so many turns of the loop."""
    reading = asyncio.create_task(collect(backend, request(rid)))
    for _ in range(steps):
        await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait([reading])


@pytest.mark.parametrize("script", [["a"], ["a", "b", "c"], ["a", Hold()], [Hold()]])
async def test_a_generation_that_is_cancelled_at_any_moment_leaves_no_socket(
    engine: FakeSGLang, script: list[object]
) -> None:
    """At each turn of the loop from the first to behind the last: that is at every ``await``."""
    engine.script = script  # type: ignore[assignment]
    backend = SGLangBackend(engine.url, generations=OF_ONE_EDITOR)
    for round_ in range(3):
        for steps in range(40):
            await left_after(backend, steps, f"{round_}-{steps:02}")
        assert sockets_to(engine.url) <= MOST
    assert await settled(engine.url, 0) == 0  # by themselves, after rest
    engine.script = ["well"]
    assert text_of(await collect(backend, request("last"))) == "well"
    await backend.aclose()
    assert await settled(engine.url, 0) == 0


async def test_a_reader_that_is_cancelled_twice_leaves_no_socket(engine: FakeSGLang) -> None:
    engine.script = ["a", "b"]
    backend = SGLangBackend(engine.url, generations=OF_ONE_EDITOR)
    for steps in range(60):
        reading = asyncio.create_task(collect(backend, request(f"r{steps:02}")))
        for _ in range(steps):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
    assert await settled(engine.url, 0) == 0
    await backend.aclose()


async def test_a_fast_engine_and_many_keys_take_few_sockets(engine: FakeSGLang) -> None:
    engine.script = ["val", "ue", "\n"]
    backend = SGLangBackend(engine.url, generations=OF_ONE_EDITOR)
    most = 0
    for key in range(300):
        await left_after(backend, key % 23, f"{key:03}")
        if key % 10 == 9:
            most = max(most, sockets_to(engine.url))
    await backend.aclose()
    assert most <= MOST


async def test_more_generations_than_places_wait_and_are_answered(engine: FakeSGLang) -> None:
    engine.script = ["a", 0.01, "b"]
    backend = SGLangBackend(engine.url, generations=OF_ONE_EDITOR)
    reading = [asyncio.create_task(collect(backend, request(f"r{each:02}"))) for each in range(40)]
    most = 0
    while not all(task.done() for task in reading):
        most = max(most, sockets_to(engine.url))
        await asyncio.sleep(0.005)
    assert [text_of(task.result()) for task in reading] == ["ab"] * 40
    assert 0 < most <= OF_ONE_EDITOR
    await backend.aclose()


async def test_an_abort_never_waits_behind_generations(engine: FakeSGLang) -> None:
    engine.script = ["a", Hold()]
    backend = SGLangBackend(engine.url, generations=OF_ONE_EDITOR)
    reading = [
        asyncio.create_task(collect(backend, request(f"r{each:02}")))
        for each in range(OF_ONE_EDITOR + 3)
    ]
    await asyncio.to_thread(engine.wait_started, count=OF_ONE_EDITOR)
    reading[0].cancel()
    await asyncio.to_thread(engine.wait_aborted)
    assert engine.aborted == ["r00"]
    await asyncio.to_thread(engine.wait_started, count=OF_ONE_EDITOR + 1)  # its place is another's
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    await backend.aclose()


async def test_what_nobody_waits_for_leaves_a_place_to_completions(engine: FakeSGLang) -> None:
    engine.script = ["a", Hold()]
    backend = SGLangBackend(engine.url, generations=OF_ONE_EDITOR)
    later = [
        asyncio.create_task(collect(backend, request(f"later-{each}", priority=Priority.WARM_UP)))
        for each in range(OF_ONE_EDITOR + 3)
    ]
    await asyncio.to_thread(engine.wait_started, count=OF_ONE_EDITOR - 1)
    completion = asyncio.create_task(collect(backend, request("now")))
    await asyncio.to_thread(engine.wait_started, count=OF_ONE_EDITOR)
    assert engine.requests[-1]["rid"] == "now"
    for task in (*later, completion):
        task.cancel()
    await asyncio.gather(*later, completion, return_exceptions=True)
    await backend.aclose()


async def test_who_gets_no_place_in_time_is_told(
    engine: FakeSGLang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_pool, "_WAIT_SECONDS", 0.1)
    engine.script = ["a", Hold()]
    backend = SGLangBackend(engine.url, generations=1)
    first = asyncio.create_task(collect(backend, request("first")))
    await asyncio.to_thread(engine.wait_started)
    with pytest.raises(BackendBusy, match="under way"):
        await collect(backend, request("second"))
    engine.release()
    assert text_of(await first) == "a"
    engine.script = ["b"]
    assert text_of(await collect(backend, request("third"))) == "b"
    await backend.aclose()


async def test_connections_are_used_again_and_closed_after_rest(engine: FakeSGLang) -> None:
    backend = SGLangBackend(engine.url)
    for each in range(10):
        await collect(backend, request(f"r{each}"))
    assert (backend.opened, backend.contact, sockets_to(engine.url)) == (1, 1, 1)
    assert await settled(engine.url, 0) == 0
    await collect(backend, request("later"))
    assert (backend.opened, backend.contact) == (2, 2)  # whoever answers may be another engine
    await backend.aclose()


async def test_an_aborted_stream_gives_its_connection_back(engine: FakeSGLang) -> None:
    engine.script = ["a", Hold()]
    backend = SGLangBackend(engine.url)
    for each in range(5):
        async with aclosing(backend.stream(request(f"r{each}"))) as chunks:
            await anext(chunks)
        await asyncio.to_thread(engine.wait_ended, count=each + 1)
        await asyncio.sleep(0.02)
    assert backend.opened == 2  # one for generations, one for aborts
    await backend.aclose()


async def test_a_connection_that_the_server_closed_meanwhile_is_not_held_against_it() -> None:
    """Some servers keep connections for a shorter time than we do."""
    body = event("a", 1, {"type": "stop", "matched": 1})
    connections = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await asked(reader)
        writer.write(HEAD + b"content-length: %d\r\n\r\n%b" % (len(body), body))
        await asked(reader)  # the next request is on its way already
        writer.close()

    async with listening(answer) as url:
        backend = SGLangBackend(url)
        for _ in range(3):
            assert text_of(await collect(backend)) == "a"
        await backend.aclose()
    assert connections == 3


async def test_an_engine_that_reads_nothing_holds_no_socket() -> None:
    """A prompt of megabytes fills every buffer on the way; leaving does not wait for it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n")
        await asyncio.Event().wait()

    async with listening(answer) as url:
        backend = SGLangBackend(url)
        prompt = [151_000] * 4_000_000
        reading = asyncio.create_task(collect(backend, request(input_ids=prompt)))
        while not sockets_to(url):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        reading.cancel()
        await asyncio.wait([reading])
        await backend.aclose()
        assert await settled(url, 0, 2.0) == 0


async def test_leaving_tls_does_not_wait_for_the_other_side(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    authority = trustme.CA()
    file = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        await asyncio.Event().wait()

    async with listening(answer, tls) as url:
        backend = SGLangBackend(url, read_timeout_s=0.2)
        with pytest.raises(BackendUnreachable, match="silent"):
            await collect(backend)
        assert await settled(url, 0, 1.0) == 0
        await backend.aclose()


@pytest.mark.parametrize("steps", range(30))
async def test_cancelling_a_connection_that_is_being_opened_leaves_no_socket(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, steps: int
) -> None:
    """Over TLS, where opening takes several turns of the loop."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with listening(answer, tls) as url:
        backend = SGLangBackend(url)
        with contextlib.suppress(BackendUnreachable):
            await asyncio.wait_for(backend.model_info(), 5)
        await left_after(backend, steps, "r1")
        assert await settled(url, 0, 2.0) == 0
        await backend.aclose()
