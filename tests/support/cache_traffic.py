"""The plain traffic of `fimls.capacity.round_robin`, at real engines and at the simulated cache."""

from __future__ import annotations

import asyncio
import functools
import time
import urllib.request
from collections.abc import Sequence

import attrs

from fimls.backend.base import Backend, GenerateRequest
from fimls.backend.sent_prompts import SentPrompts
from fimls.capacity.prompts import Prompt, token_ids
from fimls.capacity.radix import Policy, RadixCache
from fimls.capacity.round_robin import Ask, Rounds, generated

VOCABULARY = range(256, 4_000)
"""Ids of the embedded model that are no special tokens."""


@attrs.frozen(kw_only=True)
class Found:
    """What came of the requests of the last round.

    Attributes:
        prompt: tokens of their prompts.
        cached: what of them was in the cache.
        requests: how many.
        evicted: tokens that were known and no longer there, as fimls counts them, in all rounds.
        first_s: seconds to the first token of each.
    """

    prompt: int
    cached: int
    requests: int
    evicted: int = 0
    first_s: Sequence[float] = ()

    @property
    def share(self) -> float:
        """Of the prompts' tokens, what was cached, in percent."""
        return 100 * self.cached / self.prompt

    @property
    def read(self) -> float:
        """Tokens that are read for a key."""
        return (self.prompt - self.cached) / self.requests


def simulated(rounds: Rounds, caches: Sequence[RadixCache], *, affinity: bool = True) -> Found:
    """Ask simulated caches; a place stays at one of them, or each key goes to the next."""
    prompt = cached = requests = 0
    for number, ask in enumerate(rounds.asks()):
        cache = caches[rank_of(ask, number, len(caches), affinity=affinity)]
        reading = cache.ask(ask.prompt, ask.priority, generated(ask, rounds.new_tokens))
        if ask.counted:
            prompt += sum(end - start for _, start, end in ask.prompt)
            cached += reading.cached
            requests += 1
    return Found(prompt=prompt, cached=cached, requests=requests)


def rank_of(ask: Ask, number: int, ranks: int, *, affinity: bool) -> int:
    """Return where a request goes."""
    return (ask.person * 31 + ask.place) % ranks if affinity else number % ranks


def caches(
    ranks: int, pool: int, *, policy: Policy = "lru", host_pool: int = 0
) -> list[RadixCache]:
    """Return empty caches."""
    return [RadixCache(pool, policy=policy, host_pool=host_pool) for _ in range(ranks)]


async def measured(
    rounds: Rounds, backend: Backend, *, ranks: int = 1, affinity: bool = True
) -> Found:
    """Ask a real engine, one request after the other, and count evictions as fimls does."""
    prompt = cached = requests = evicted = 0
    first_s: list[float] = []
    sent = [SentPrompts() for _ in range(ranks)]
    for number, ask in enumerate(rounds.asks()):
        rank = rank_of(ask, number, ranks, affinity=affinity)
        ids = ids_of(ask.prompt)
        known = sent[rank].known(None, ids)
        request = GenerateRequest(
            rid=f"{number:032d}",
            input_ids=ids,
            max_new_tokens=rounds.new_tokens,
            extra_key="traffic",
            priority=ask.priority,
            rank=rank if ranks > 1 else None,
        )
        begun, first, had = time.perf_counter(), 0.0, 0
        async for chunk in backend.stream(request):
            if not first:
                first = time.perf_counter() - begun
            had = chunk.usage.cached_tokens
        evicted += sent[rank].evicted(known.tokens, had)
        sent[rank].add(known)
        if ask.counted:
            prompt += len(ids)
            cached += had
            requests += 1
            first_s.append(first)
    return Found(
        prompt=prompt, cached=cached, requests=requests, evicted=evicted, first_s=sorted(first_s)
    )


def ids_of(prompt: Prompt) -> list[int]:
    """Return a prompt's token ids."""
    return [each for text, start, end in prompt for each in _drawn(repr(text), end)[start:]]


@functools.lru_cache(maxsize=4_096)
def _drawn(text: str, end: int) -> tuple[int, ...]:
    return tuple(token_ids(((text, 0, end),), VOCABULARY))


def counter(url: str, name: str) -> int:
    """Return the sum of a counter over an engine's ranks, by its own metrics."""
    with urllib.request.urlopen(f"{url}/metrics") as answer:
        lines = answer.read().decode().split("\n")
    return sum(
        int(float(line.rsplit(" ", 1)[1]))
        for line in lines
        if line.startswith((f"{name}{{", f"{name} "))
    )


def ask(rounds: Rounds, backend: Backend, *, ranks: int = 1, affinity: bool = True) -> Found:
    """`measured`, for who has no event loop."""
    return asyncio.run(measured(rounds, backend, ranks=ranks, affinity=affinity))
