"""What a cache has of what people ask for, by how many tokens of it there are for each of them.

A pool that is twice as large serves twice as many people alike, so a few are simulated, and what is
found holds for any number with as many tokens each. Places are kept at one replica and rank, as a
hub does (`fimls.hub.placement`); without that, each key goes anywhere.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Sequence

import attrs
from attrs import validators as v

from fimls.capacity.people import COMPLETION, Habits, asked
from fimls.capacity.radix import Policy, RadixCache

PEOPLE = 12
"""Who are simulated: of so many no single one matters."""

SECONDS = 480.0
"""Of usual habits; who types more slowly or pauses longer has as many goes in a longer time."""

_STEP = 1.1
"""Pools are simulated in steps that are so many times larger."""

_SETTLED = 0.4
"""The share of the time before which nothing is counted: everybody has been everywhere by then."""


@attrs.frozen(kw_only=True)
class Cache:
    """How the engines keep what they read.

    Attributes:
        page: tokens of a page: prompts are found in whole pages (1 for DeepSeek-V2 on Hopper, 64
            with FlashMLA, 256 for DeepSeek-V4).
        policy: what is evicted first.
        host: tokens in the host tier for each in the pool, 0 without one.
        ranks: caches, of replicas and of their data-parallel ranks.
        affinity: whether the prompts of a place all go to the same one.
    """

    page: int = attrs.field(default=1, validator=v.ge(1))
    policy: Policy = "lru"
    host: float = attrs.field(default=0.0, validator=v.ge(0))
    ranks: int = attrs.field(default=1, validator=v.ge(1))
    affinity: bool = True


@attrs.frozen(kw_only=True)
class Hold:
    """What the cache had.

    Attributes:
        share: of the tokens of completions' prompts.
        from_host: the part of that which came from the host tier.
        evicted: tokens that left it, for each completion.
        reads: tokens that had to be read for each request, by its priority.
        per_completion: requests of each priority for one completion.
    """

    share: float
    from_host: float
    evicted: float
    reads: dict[int, Sequence[int]] = attrs.field(eq=False)
    per_completion: dict[int, float] = attrs.field(eq=False)


def hold(tokens: int, habits: Habits, cache: Cache) -> Hold:
    """Return what a cache with so many tokens for each person has of what they ask for.

    What is more than anybody uses changes nothing; else it is the next lower step.
    """
    step = int(math.log(max(1, min(tokens, _most(habits)))) / math.log(_STEP) + 1e-9)
    return _hold(math.ceil(_STEP**step), habits, cache)


def simulated_s(habits: Habits) -> float:
    """Return how long people with these habits are simulated."""
    return SECONDS * (habits.go_s / Habits().go_s)


def _most(habits: Habits) -> int:
    return 8 * habits.places * (habits.prefix + habits.suffix)


@functools.lru_cache(maxsize=512)
def _hold(tokens: int, habits: Habits, cache: Cache) -> Hold:
    spread = 1 if cache.affinity else cache.ranks
    pool = max(1, PEOPLE * tokens // spread)
    caches = [
        RadixCache(pool, page=cache.page, policy=cache.policy, host_pool=int(pool * cache.host))
        for _ in range(spread)
    ]
    seconds, anywhere = simulated_s(habits), random.Random(0)
    prompt = cached = from_host = 0
    evicted_before = 0
    reads: dict[int, list[int]] = {}
    for number, ask in enumerate(asked(PEOPLE, habits, seconds)):
        tokens_of = ask.tokens
        generated = (("generated", number), 0, ask.new_tokens) if ask.new_tokens else None
        reading = anywhere.choice(caches).ask(ask.prompt, ask.priority, generated)
        if ask.at_s < seconds * _SETTLED:
            evicted_before = sum(each.evicted for each in caches)
            continue
        reads.setdefault(ask.priority, []).append(tokens_of - reading.cached)
        if ask.priority == COMPLETION:
            prompt += tokens_of
            cached += reading.cached
            from_host += reading.from_host
    completions = len(reads[COMPLETION])
    return Hold(
        share=cached / prompt,
        from_host=from_host / prompt,
        evicted=(sum(each.evicted for each in caches) - evicted_before) / completions,
        reads={**reads},
        per_completion={priority: len(each) / completions for priority, each in reads.items()},
    )


def best_share(habits: Habits, cache: Cache) -> float:
    """Return the cached share of a pool that never evicts: what is new has to be read by any."""
    return hold(_most(habits), habits, cache).share


def tokens_needed(share: float, habits: Habits, cache: Cache) -> int | None:
    """Return how many tokens each person needs for a cached share, or None if none are enough."""
    most = _most(habits)
    least = max(1, 2 * (2 * habits.prefix + habits.suffix) // PEOPLE)
    if best_share(habits, cache) < share:
        return None
    while most > _STEP * least:
        middle = round((least * most) ** 0.5)
        if hold(middle, habits, cache).share < share:
            least = middle
        else:
            most = middle
    return most
