"""What a hub asks engines of every kind to see whether they answer: no generation, no text."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any

import pytest

import fimls.hub.health_watch
from fimls.hub.health_watch import HealthWatch
from fimls.metrics.prometheus import PrometheusMetrics
from fimls.settings import Layer, Settings, resolve
from support.fake_http import Connection, Request, serve
from support.fake_sglang import FakeSGLang
from support.hosted_apis import HostedApi

KINDS = {"deepseek": "deepseek", "mistral": "mistral", "ollama": "openai", "vllm": "openai"}
KEY = "sk-not-to-be-seen"


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOOK_EVERY_S", "LOOK_AT_HOSTED_EVERY_S"):
        monkeypatch.setattr(fimls.hub.health_watch, name, 0.02)
    monkeypatch.setenv("FIMLS_API_KEY", KEY)


@pytest.fixture(params=KINDS)
def api(request: pytest.FixtureRequest) -> Iterator[HostedApi]:
    with HostedApi(request.param, key=KEY) as api:
        yield api


def settings_of(hosted: str = "allow", replicas: Sequence[str] = (), **tables: Any) -> Settings:
    more = {"privacy": {"hosted": hosted}, "hub": {"replicas": list(replicas)}}
    settings, problems = resolve([Layer(name="test", values={**tables, **more})])
    assert not problems
    return settings


@contextlib.asynccontextmanager
async def watching(settings: Settings) -> AsyncGenerator[HealthWatch, None]:
    watch = HealthWatch(PrometheusMetrics(), settings)
    watch.start()
    try:
        yield watch
    finally:
        await watch.aclose()


async def seen(watch: HealthWatch, expected: dict[str, bool]) -> None:
    """Wait until the watch says so of engines."""
    async with asyncio.timeout(10):
        while {each.url: each.up for each in watch.engines} != expected:
            await asyncio.sleep(0.01)


async def test_an_engine_of_each_kind_is_up_while_it_answers(api: HostedApi) -> None:
    kind = KINDS[api.kind]
    async with watching(settings_of(engine={"kind": kind, "url": api.url})) as watch:
        await seen(watch, {api.url: True})
        api.key = "another one"
        await seen(watch, {api.url: False})
        api.key = KEY
        await seen(watch, {api.url: True})
    assert not api.requests
    assert {method for method, _ in api.calls} == {"GET"}


async def test_hosted_engines_are_asked_seldom(
    api: HostedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fimls.hub.health_watch, "LOOK_AT_HOSTED_EVERY_S", 60.0)
    engine = {"kind": KINDS[api.kind], "url": api.url, "privacy": "hosted"}
    async with watching(settings_of(engine=engine)) as watch:
        await seen(watch, {api.url: True})
        calls = len(api.calls)
        await asyncio.sleep(0.2)
    assert len(api.calls) == calls


@pytest.mark.parametrize("hosted", ["never", "ask"])
async def test_a_hosted_engine_that_gets_no_text_is_not_asked(hosted: str) -> None:
    with HostedApi("deepseek") as away, FakeSGLang() as here:
        engines = [
            {"name": "here", "url": here.url},
            {"name": "away", "kind": "deepseek", "url": away.url},
        ]
        async with watching(settings_of(hosted, engines=engines)) as watch:
            await seen(watch, {here.url: True})
            await asyncio.sleep(0.1)
        assert not away.calls


async def test_each_of_several_engines_is_asked_in_its_own_way() -> None:
    with HostedApi("mistral") as away, FakeSGLang() as here:
        engines = [
            {"name": "here", "url": here.url},
            {"name": "away", "kind": "mistral", "url": away.url},
        ]
        async with watching(settings_of(engines=engines)) as watch:
            await seen(watch, {here.url: True, away.url: True})
            here.healthy = False
            await seen(watch, {here.url: False, away.url: True})


async def test_replicas_of_llama_cpp_are_up_once_their_model_is_loaded() -> None:
    status, paths = 503, set[str]()

    async def answer(request: Request, connection: Connection) -> None:
        paths.add(request.path)
        ready = {"status": "ok"}
        loading = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}
        await connection.json(ready if status == 200 else loading, status=status)

    async with serve(answer) as first, serve(answer) as second:
        urls = [f"http://127.0.0.1:{port}" for port in (first, second)]
        settings = settings_of(engine={"kind": "llama-cpp"}, replicas=urls)
        async with watching(settings) as watch:
            await seen(watch, dict.fromkeys(urls, False))
            status = 200
            await seen(watch, dict.fromkeys(urls, True))
    assert paths == {"/health"}


async def test_one_that_is_silent_holds_up_no_other() -> None:
    async def silent(_: Request, __: Connection) -> None:
        await asyncio.Event().wait()

    with FakeSGLang() as here:
        async with serve(silent) as port:
            urls = [f"http://127.0.0.1:{port}", here.url]
            async with watching(settings_of(replicas=urls)) as watch:
                await seen(watch, {here.url: True})
                here.healthy = False
                await seen(watch, {here.url: False})
