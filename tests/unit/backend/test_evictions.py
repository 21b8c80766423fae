"""What an engine had once and has no longer, by what was sent to it; the engine is simulated."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from fimls.backend.base import Chunk, GenerateRequest, ModelInfo, Usage
from fimls.backend.capabilities import Capabilities
from fimls.backend.evictions import EvictionCountingBackend
from fimls.backend.sent_prompts import BLOCK, SentPrompts
from fimls.capacity.radix import RadixCache
from fimls.errors import BackendUnreachable
from support.cache_traffic import ids_of
from support.toy_backend import ToyBackend


class Cached(ToyBackend):
    """Says what the simulated cache has of prompts, which it knows by their ids."""

    def __init__(self, cache: RadixCache) -> None:
        self.cache = cache
        self.away = False

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        if self.away:
            raise BackendUnreachable("It is away.")
        pieces = tuple((each, 0, 1) for each in request.input_ids)
        cached = self.cache.ask(pieces).cached
        usage = Usage(prompt_tokens=len(request.input_ids), cached_tokens=cached)
        yield Chunk(text="x", usage=usage, finish_reason="length")


async def ask(backend: EvictionCountingBackend, ids: list[int], rank: int | None = None) -> Usage:
    request = GenerateRequest(rid="r", input_ids=ids, max_new_tokens=1, rank=rank)
    async with aclosing(backend.stream(request)) as chunks:
        [chunk] = [chunk async for chunk in chunks]
    return chunk.usage


def prompt(place: int, tokens: int = 640) -> list[int]:
    return ids_of(((("place", place), 0, tokens),))


@pytest.mark.parametrize("page", [1, 64])
def test_what_an_engine_with_room_for_all_would_have_had_was_evicted(page: int) -> None:
    """The oracle is the same traffic at a cache that never evicts."""

    async def run() -> None:
        small, large = RadixCache(3_000, page=page), RadixCache(10**9, page=page)
        counting = EvictionCountingBackend(Cached(small), "small")
        roomy = EvictionCountingBackend(Cached(large), "large")
        chance, evicted, missed = random.Random(2), 0, 0
        for _ in range(150):
            ids = prompt(chance.randrange(8))
            had, would = await ask(counting, ids), await ask(roomy, ids)
            evicted += had.evicted_tokens
            missed += would.cached_tokens - had.cached_tokens
            assert would.evicted_tokens == 0
        assert missed > 10_000
        assert evicted == pytest.approx(missed, rel=0.05)

    asyncio.run(run())


def test_what_was_never_sent_was_not_evicted_and_ranks_and_namespaces_are_apart() -> None:
    sent = SentPrompts()
    ids = prompt(1)
    sent.add(sent.known("alice", ids))
    assert sent.known("alice", ids).tokens == len(ids) - len(ids) % BLOCK - (len(ids) % BLOCK == 0)
    assert sent.known("bob", ids).tokens == 0

    async def run() -> None:
        counting = EvictionCountingBackend(Cached(RadixCache(700)), "engine")
        await ask(counting, prompt(1), rank=0)
        await ask(counting, prompt(2), rank=0)
        assert (await ask(counting, prompt(1), rank=1)).evicted_tokens == 0
        usage = await ask(counting, prompt(2), rank=0)
        assert (usage.engine, usage.rank) == ("engine", 0)
        assert usage.evicted_tokens > 500

    asyncio.run(run())


def test_an_engine_that_was_started_anew_has_evicted_nothing() -> None:
    async def run() -> None:
        engine = Cached(RadixCache(10**6))
        counting = EvictionCountingBackend(engine, "engine")
        await ask(counting, prompt(1))
        engine.away = True
        with pytest.raises(BackendUnreachable):
            await ask(counting, prompt(1))
        engine.away = False
        engine.cache.clear()
        assert (await ask(counting, prompt(1))).evicted_tokens == 0

    asyncio.run(run())


def test_what_is_remembered_has_a_bound() -> None:
    sent = SentPrompts(most_blocks=20)
    for place in range(9):
        sent.add(sent.known(None, prompt(place)))
    assert sent.known(None, prompt(8)).tokens > 0
    assert sent.known(None, prompt(0)).tokens == 0


class Silent(ToyBackend):
    """Says nothing of its cache."""

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        yield Chunk(text="x", usage=Usage(prompt_tokens=len(request.input_ids)))


async def test_of_an_engine_that_does_not_say_what_it_had_nothing_counts_as_evicted() -> None:
    counting = EvictionCountingBackend(Silent(), "engine")
    can = Capabilities(cache_report=False)
    model = ModelInfo(model_path="m", tokenizer_path="m", can=can)
    request = GenerateRequest(rid="r", input_ids=prompt(1), max_new_tokens=1, model=model)
    for _ in range(2):
        async with aclosing(counting.stream(request)) as chunks:
            assert [chunk.usage.evicted_tokens async for chunk in chunks] == [0]
