"""Which engine is asked when one fails, when the first is asked again, and which never is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from fimls.backend.base import Chunk, GenerateRequest, ModelInfo, Usage
from fimls.backend.chosen_engines import backend_for, destination
from fimls.backend.failover import FailoverBackend, Member
from fimls.backend.spending import Spending, SpendingBackend
from fimls.errors import (
    BackendError,
    BackendForbidden,
    BackendReplaced,
    BackendUnpaid,
    BackendUnreachable,
    ConsentNeeded,
)
from fimls.settings import Layer, Settings, resolve
from support.hosted_apis import HostedApi
from support.toy_backend import ToyBackend


class Engine(ToyBackend):
    """Answers with its name, or fails."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.error: BackendError | None = None
        self.asked = 0
        self._info = ModelInfo(model_path=name, tokenizer_path=name)

    async def model_info(self) -> ModelInfo:
        if self.error is not None:
            raise self.error
        return self._info

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        yield Chunk(text=self.name, usage=Usage(completion_tokens=3, prompt_tokens=7))
        yield Chunk(text="", usage=Usage(), finish_reason="stop")


GONE = BackendUnreachable("It is gone.")


@pytest.fixture
def engines() -> tuple[Engine, Engine]:
    return Engine("first"), Engine("second")


@pytest.fixture
async def backend(engines: tuple[Engine, Engine]) -> AsyncGenerator[FailoverBackend, None]:
    backend = FailoverBackend([Member(name=each.name, backend=each) for each in engines])
    yield backend
    await backend.aclose()


async def said(backend: FailoverBackend) -> str:
    """Ask as the completion service does: anew when another engine is to be asked."""
    for _ in range(4):
        info = await backend.model_info()
        request = GenerateRequest(rid="r", input_ids=[1], max_new_tokens=4, model=info)
        try:
            async with aclosing(backend.stream(request)) as chunks:
                return "".join([chunk.text async for chunk in chunks])
        except BackendReplaced:
            continue
    raise AssertionError("nobody answers")


async def test_a_request_that_fails_is_answered_by_the_next(
    backend: FailoverBackend, engines: tuple[Engine, Engine]
) -> None:
    assert await said(backend) == "first"
    engines[0].error = GONE
    assert await said(backend) == "second"
    asked = engines[0].asked
    assert await said(backend) == "second"
    assert engines[0].asked == asked  # it is left alone


async def test_the_first_is_asked_again_once_it_is_back(
    backend: FailoverBackend, engines: tuple[Engine, Engine]
) -> None:
    engines[0].error = GONE
    assert await said(backend) == "second"
    engines[0].error = None
    async with asyncio.timeout(10):
        while await said(backend) != "first":
            await asyncio.sleep(0.1)


async def test_with_all_gone_the_preferred_ones_sentence_is_said(
    backend: FailoverBackend, engines: tuple[Engine, Engine]
) -> None:
    engines[0].error, engines[1].error = GONE, BackendUnreachable("So is the other.")
    with pytest.raises(BackendUnreachable, match="It is gone"):
        await said(backend)


async def test_a_prompt_made_for_one_engine_never_reaches_another(
    backend: FailoverBackend, engines: tuple[Engine, Engine]
) -> None:
    info = await backend.model_info()
    engines[0].error = GONE
    request = GenerateRequest(rid="r", input_ids=[1], max_new_tokens=4, model=info)
    for _ in range(2):
        with pytest.raises(BackendReplaced):
            async with aclosing(backend.stream(request)) as chunks:
                [chunk async for chunk in chunks]
    assert engines[1].asked == 0


def settings_of(api: HostedApi, hosted: str, **privacy: object) -> Settings:
    """Return settings with a local engine that is gone, and a hosted one that is there."""
    tables = {
        "engines": [
            {"name": "ours", "url": "http://127.0.0.1:9"},
            {"name": "theirs", "kind": "deepseek", "url": api.url},
        ],
        "privacy": {"hosted": hosted, **privacy},
    }
    settings, problems = resolve([Layer(name="test", values=tables)])
    assert not problems
    return settings


@pytest.mark.parametrize(
    ("hosted", "error", "says"),
    [("never", BackendForbidden, "keeps this text"), ("ask", ConsentNeeded, "once you allow it")],
)
async def test_a_hosted_engine_is_never_asked_without_leave_whatever_fails(
    hosted: str, error: type[BackendError], says: str
) -> None:
    with HostedApi("deepseek") as api:
        backend = backend_for(settings_of(api, hosted))
        for _ in range(3):
            with pytest.raises(error, match=says):
                await backend.model_info()
        await backend.aclose()
        assert not api.calls


async def test_a_hosted_engine_takes_over_where_that_is_allowed() -> None:
    with HostedApi("deepseek") as api:
        backend = backend_for(settings_of(api, "allow"))
        assert (await backend.model_info()).engine == "theirs"
        await backend.aclose()


async def test_a_limit_of_tokens_is_a_clear_stop(engines: tuple[Engine, Engine]) -> None:
    now = [0.0]
    spending = Spending(hourly=15, daily=0, clock=lambda: now[0])
    backend = SpendingBackend(engines[0], spending)
    request = GenerateRequest(rid="r", input_ids=[1] * 9, max_new_tokens=4)
    for _ in range(2):
        [chunk async for chunk in backend.stream(request)]
    with pytest.raises(BackendUnpaid, match=r"privacy\.hourly_tokens"):
        [chunk async for chunk in backend.stream(request)]
    now[0] = 3_601.0
    assert [chunk async for chunk in backend.stream(request)]


def test_where_text_goes_names_who_runs_it_and_what_it_has_counted() -> None:
    with HostedApi("deepseek") as api:
        local, host = settings_of(api, "never"), api.url.removeprefix("http://")
        assert destination(local, "ours") == "ours at 127.0.0.1:9 (local)"
        assert destination(local, "theirs") == "ours at 127.0.0.1:9 (local)"  # it gets none
        limited = settings_of(api, "allow", hourly_tokens=100_001)
        backend_for(limited)  # it counts
        says = f"theirs at {host} (hosted), 0 tokens in an hour, 0 % of privacy.hourly_tokens"
        assert destination(limited, "theirs") == says


def test_what_was_counted_is_shown_in_steps() -> None:
    spending = Spending(hourly=100_000, daily=0)
    spending.add(34_567)
    assert spending.shown == ", 30,000 tokens in an hour, 30 % of privacy.hourly_tokens"
