"""When an engine is asked what it serves, and which prompts never reach it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from fimls.backend.base import Chunk, GenerateRequest, ModelInfo, Usage
from fimls.backend.stale_model_guard import SURE_FOR_S, ModelCheckedBackend
from fimls.errors import BackendBusy, BackendRejected, BackendReplaced, BackendUnreachable
from support.toy_backend import ToyBackend

OLD = ModelInfo(model_path="old", tokenizer_path="old", vocabulary=400)
NEW = ModelInfo(model_path="new", tokenizer_path="new")


class Engine(ToyBackend):
    """Serves `serves`; every answer names `named`, and is `error` if there is one."""

    def __init__(self) -> None:
        self.serves, self.named = OLD, "default"
        self.error: Exception | None = None
        self.asked = 0
        self.prompts: list[tuple[int, ...]] = []

    async def model_info(self) -> ModelInfo:
        self.asked += 1
        await asyncio.sleep(0)
        return dataclasses.replace(self.serves)

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        self.prompts.append(tuple(request.input_ids))
        if self.error is not None:
            raise self.error
        yield Chunk(text="x", usage=Usage(), served_by=self.named)
        yield Chunk(text="y", usage=Usage(), finish_reason="stop", served_by=self.named)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def backend(engine: Engine, clock: Clock) -> ModelCheckedBackend:
    return ModelCheckedBackend(engine, clock=clock)


async def ask(backend: ModelCheckedBackend, *ids: int, model: ModelInfo | None = OLD) -> str:
    request = GenerateRequest(rid="r", input_ids=ids or (1, 2), max_new_tokens=4, model=model)
    async with aclosing(backend.stream(request)) as chunks:
        return "".join([chunk.text async for chunk in chunks])


async def test_typing_costs_no_request(engine: Engine, clock: Clock, backend: ModelCheckedBackend):
    for _ in range(200):
        clock.now += SURE_FOR_S * 0.9
        assert await ask(backend) == "xy"
    assert engine.asked == 1


async def test_an_engine_that_was_silent_is_asked_before_it_gets_a_prompt(
    engine: Engine, clock: Clock, backend: ModelCheckedBackend
):
    await ask(backend)
    clock.now += SURE_FOR_S
    engine.serves = NEW
    with pytest.raises(BackendReplaced, match="new"):
        await ask(backend)
    assert len(engine.prompts) == 1
    assert await ask(backend, model=NEW) == "xy"


async def test_an_answer_that_names_another_model_is_not_read(
    engine: Engine, backend: ModelCheckedBackend
):
    await ask(backend)
    engine.serves, engine.named = NEW, "updated"
    with pytest.raises(BackendReplaced):
        await ask(backend)
    assert await ask(backend, model=NEW) == "xy"
    assert engine.asked == 2


async def test_new_weights_of_the_same_model_go_on(engine: Engine, backend: ModelCheckedBackend):
    await ask(backend)
    engine.named = "step 2"
    assert [await ask(backend) for _ in range(3)] == ["xy"] * 3
    assert engine.asked == 2


async def test_a_failure_makes_it_ask_and_a_full_engine_does_not(
    engine: Engine, backend: ModelCheckedBackend
):
    await ask(backend)
    engine.error = BackendBusy("full")
    with pytest.raises(BackendBusy):
        await ask(backend)
    engine.error = BackendUnreachable("away")
    with pytest.raises(BackendUnreachable):
        await ask(backend)
    assert engine.asked == 1
    engine.error, engine.serves = None, NEW
    with pytest.raises(BackendReplaced):
        await ask(backend)
    assert engine.asked == 2


@pytest.mark.parametrize("ids", [(1, 400), (-1, 2), (2**31,), (10**30,)])
async def test_ids_that_the_model_does_not_have_are_never_sent(
    engine: Engine, backend: ModelCheckedBackend, ids: tuple[int, ...]
):
    with pytest.raises(BackendRejected, match=r"model\.tokenizer"):
        await ask(backend, *ids)
    assert engine.prompts == []
    assert await ask(backend, 0, 399) == "xy"


async def test_all_who_wait_share_a_question_whoever_leaves(
    engine: Engine, clock: Clock, backend: ModelCheckedBackend
):
    waiting = [asyncio.create_task(ask(backend)) for _ in range(10)]
    await asyncio.sleep(0)
    for task in waiting[:9]:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert waiting[9].result() == "xy"
    assert engine.asked == 1
    await backend.aclose()


@pytest.mark.parametrize("contact", [None, 2])
async def test_an_engine_is_asked_once_the_last_connection_to_it_has_ended(
    engine: Engine, clock: Clock, contact: int | None
):
    now: list[int | None] = [1]
    backend = ModelCheckedBackend(engine, contact=lambda: now[0], clock=clock)
    await ask(backend)
    await ask(backend)
    assert engine.asked == 1
    engine.serves, now[0] = NEW, contact
    with pytest.raises(BackendReplaced):
        await ask(backend)


async def test_a_server_that_ends_each_connection_is_not_asked_at_every_key(
    engine: Engine, backend: ModelCheckedBackend
):
    assert [await ask(backend) for _ in range(5)] == ["xy"] * 5
    assert engine.asked == 1
