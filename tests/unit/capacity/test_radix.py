"""The simulated cache, by what SGLang's own source says of it."""

from __future__ import annotations

import random

import pytest

from fimls.capacity.prompts import Prompt, length, shared, token_ids
from fimls.capacity.radix import Policy, RadixCache


def test_what_two_prompts_share_is_what_their_tokens_share() -> None:
    chance = random.Random(3)
    for _ in range(300):
        one, other = (_any_prompt(chance) for _ in range(2))
        ids, others = (token_ids(each, range(10**9)) for each in (one, other))
        same = next(
            (at for at, pair in enumerate(zip(ids, others, strict=False)) if len({*pair}) > 1),
            min(len(ids), len(others)),
        )
        assert shared(one, other) == same


def _any_prompt(chance: random.Random) -> Prompt:
    pieces = [
        (chance.choice("ab"), start := chance.choice((0, 2)), start + chance.randrange(1, 4))
        for _ in range(chance.randrange(1, 5))
    ]
    return tuple(pieces)


def test_it_finds_what_a_cache_without_nodes_would_find() -> None:
    """The oracle is a set of all prefixes that were read, which knows nothing of trees."""
    chance = random.Random(5)
    cache, read = RadixCache(10**9), set[tuple[int, ...]]()
    for _ in range(400):
        prompt = _any_prompt(chance)
        ids = token_ids(prompt, range(10**9))
        expected = max((end for end in range(len(ids)) if tuple(ids[:end]) in read), default=0)
        assert cache.ask(prompt).cached == expected
        read |= {tuple(ids[:end]) for end in range(len(ids) + 1)}
    assert cache.used == len(read - {()})


def test_the_last_token_is_read_each_time_and_pages_are_found_whole() -> None:
    prompt = (("a", 0, 1_000),)
    for page, cached in ((1, 999), (64, 960), (256, 768)):
        cache = RadixCache(10_000, page=page)
        cache.ask(prompt)
        assert cache.ask(prompt).cached == cached


@pytest.mark.parametrize(("policy", "kept"), [("lru", False), ("slru", True), ("priority", True)])
def test_what_was_asked_for_twice_or_with_a_higher_priority_outlives_newer_garbage(
    policy: Policy, kept: bool
) -> None:
    cache, prompt = RadixCache(1_000, policy=policy), (("wanted", 0, 400),)
    cache.ask(prompt)
    cache.ask(prompt)
    for number in range(10):
        cache.ask(((("garbage", number), 0, 200),), priority=-1)
    assert (cache.ask(prompt).cached > 0) == kept


def test_with_priorities_prompts_outlive_what_was_generated_behind_any_of_them() -> None:
    cache = RadixCache(1_000, policy="priority")
    prompts = [((("place", number), 0, 200),) for number in range(3)]
    for number, prompt in enumerate(prompts):
        cache.ask(prompt, generated=(("answer", number), 0, 101))
    cache.ask((("new", 0, 300),))
    assert [cache.begin(prompt).cached for prompt in prompts] == [199] * 3


def test_what_runs_is_not_evicted() -> None:
    cache = RadixCache(1_000)
    running = cache.begin((("running", 0, 400),))
    for number in range(10):
        cache.ask(((("other", number), 0, 200),))
    assert cache.used <= 1_000
    cache.end(running)
    assert cache.ask((("running", 0, 400),)).cached == 399


def test_a_host_tier_gives_back_what_the_device_evicted() -> None:
    prompts = [((("place", number), 0, 400),) for number in range(6)]
    small, tiered = RadixCache(1_000), RadixCache(1_000, host_pool=4_000)
    for cache in (small, tiered):
        for prompt in prompts * 2:
            last = cache.ask(prompt)
        assert cache.used <= 1_000
        assert (last.cached, last.from_host) == ((0, 0) if cache is small else (399, 399))
    assert tiered.host_used <= 4_000


def test_a_pool_is_never_fuller_than_it_is() -> None:
    chance = random.Random(7)
    for page in (1, 4):
        cache = RadixCache(64, page=page, host_pool=40)
        for number in range(500):
            prompt = _any_prompt(chance)
            cache.ask(prompt, generated=((("new", number), 0, 4)))
            assert cache.used <= 64
            assert length(prompt) > 0
