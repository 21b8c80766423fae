"""A real engine's cache does what the simulated one does, and fimls counts what it evicts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fimls.backend.base import GenerateRequest
from fimls.backend.evictions import EvictionCountingBackend
from fimls.backend.sglang import SGLangBackend
from fimls.capacity.round_robin import Rounds
from fimls.engine.preset import load_preset
from fimls.engine.supervisor import Engine
from support.cache_traffic import ask, caches, counter, ids_of, simulated

pytest.importorskip("sglang", reason="SGLang is installed by the extra `serve`")

POOL = 8_000


def test_shares_and_evictions_of_a_real_engine(tmp_path: Path) -> None:
    extra = ["--max-total-tokens", str(POOL), "--enable-metrics"]
    log = tmp_path / "sglang.log"
    with Engine.start(load_preset("embedded"), extra=extra, log=log) as engine:
        for layout in ("held", "psm"):
            rounds = Rounds(people=4, layout=layout, prefix=512, suffix=128, keys=4, new_tokens=2)
            held = caches(1, POOL)
            expected, found = simulated(rounds, held), ask(rounds, SGLangBackend(engine.url))
            assert found.share == pytest.approx(expected.share, abs=2)
        before = counter(engine.url, "sglang:evicted_tokens_total")
        counted = asyncio.run(asked_in_turn(engine.url, places=20, turns=4))
        evicted = counter(engine.url, "sglang:evicted_tokens_total") - before
    # In the first turn it evicts what was there before, which nobody asks for again.
    assert counted == pytest.approx(evicted * 3 / 4, rel=0.05)


async def asked_in_turn(url: str, *, places: int, turns: int) -> int:
    """Go round more places than there is room for; all that is evicted is asked for again."""
    backend = EvictionCountingBackend(SGLangBackend(url), url)
    evicted = 0
    try:
        for number in range(places * turns):
            request = GenerateRequest(
                rid=f"{number:032d}",
                input_ids=ids_of(((("turn", number % places), 0, 640),)),
                max_new_tokens=0,
                extra_key="turns",
            )
            evicted += (await backend.warm(request)).evicted_tokens
    finally:
        await backend.aclose()
    return evicted
