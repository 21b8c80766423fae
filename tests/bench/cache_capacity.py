"""How much of everybody's prompts a real engine's cache holds, and the simulated one beside it.

    python tests/bench/cache_capacity.py [--only NAME...] [--preset embedded] [--small]

Each line is a traffic (`fimls.capacity.round_robin`) at a real SGLang with so many tokens in its
pool (``--max-total-tokens``): the embedded model takes 1,280 bytes a token, so that the pools of
DeepSeek-V2.5 on 8 x 80 GB fit into the memory of a small machine, token for token. The simulation
must be within 2 points of it. Beside the share: tokens read for a key, the time to the first token,
and evicted tokens as SGLang counts them, as the simulation does, and those that somebody missed, as
fimls counts them.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import attrs

sys.path.insert(0, str(Path(__file__).parents[1]))

from fimls.backend.sglang import SGLangBackend
from fimls.capacity.radix import Policy
from fimls.capacity.round_robin import Rounds
from fimls.engine.preset import load_preset
from fimls.engine.supervisor import Engine
from support.cache_traffic import ask, caches, counter, simulated

BF16, FP8 = 159_143, 585_937
"""Tokens in the pools of DeepSeek-V2.5 on 8 x 80 GB, by `fimls engine plan`."""


@attrs.frozen(kw_only=True)
class Point:
    """One measurement: a traffic, and the engine that it is asked of."""

    name: str
    rounds: Rounds
    pool: int = BF16
    policy: Policy = "lru"
    ranks: int = 1
    affinity: bool = True
    host: int = 0

    def arguments(self) -> list[str]:
        """Return SGLang's."""
        own = ["--max-total-tokens", str(self.pool), "--radix-eviction-policy", self.policy]
        if self.ranks > 1:
            own += ["--dp-size", str(self.ranks)]
        if self.host:
            own += ["--enable-hierarchical-cache", "--hicache-ratio", f"{self.host / self.pool:g}"]
        return [*own, "--enable-metrics"]


def points() -> list[Point]:
    """Return all of them."""
    ahead = Rounds(people=14, ahead=True)
    return [
        Point(name="held-10", rounds=Rounds(people=10)),
        Point(name="held-20", rounds=Rounds(people=20)),
        Point(name="held-54-fp8", rounds=Rounds(people=54), pool=FP8),
        Point(name="psm-10", rounds=Rounds(people=10, layout="psm")),
        Point(name="psm-20", rounds=Rounds(people=20, layout="psm")),
        Point(name="sliding-3", rounds=Rounds(people=3, layout="sliding")),
        Point(name="slru-20", rounds=Rounds(people=20), policy="slru"),
        Point(name="slru-psm-14", rounds=Rounds(people=14, layout="psm"), policy="slru"),
        Point(name="ahead-lru-14", rounds=ahead),
        Point(name="ahead-priority-14", rounds=ahead, policy="priority"),
        Point(name="ranks-affinity-20", rounds=Rounds(people=20), pool=BF16 // 2, ranks=2),
        Point(
            name="ranks-anywhere-20",
            rounds=Rounds(people=20),
            pool=BF16 // 2,
            ranks=2,
            affinity=False,
        ),
        Point(name="host-20", rounds=Rounds(people=20), host=2 * BF16),
    ]


def main() -> None:
    """Print one line a point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME")
    parser.add_argument("--preset", default="embedded")
    parser.add_argument("--small", action="store_true", help="a quarter of people and pool")
    args = parser.parse_args()
    print(
        "point                 real share/read   simulated   first p50/p95 ms "
        "  evicted: SGLang, simulated, missed"
    )
    # SGLang wants to know which cores ranks on a machine with one memory bank compute on.
    os.environ.setdefault("SGLANG_CPU_OMP_THREADS_BIND", "0|1")
    for point in points():
        if args.only and point.name not in args.only:
            continue
        point = smaller(point) if args.small else point
        held = caches(point.ranks, point.pool, policy=point.policy, host_pool=point.host)
        expected = simulated(point.rounds, held, affinity=point.affinity)
        with Engine.start(load_preset(args.preset), extra=point.arguments()) as engine:
            before = counter(engine.url, "sglang:evicted_tokens_total")
            backend = SGLangBackend(engine.url)
            found = ask(point.rounds, backend, ranks=point.ranks, affinity=point.affinity)
            evicted = counter(engine.url, "sglang:evicted_tokens_total") - before
        print(
            f"{point.name:20}  {found.share:5.1f} % {found.read:6.0f}  {expected.share:5.1f} %"
            f" {expected.read:6.0f}  {at(found.first_s, 0.5):6.0f} {at(found.first_s, 0.95):6.0f}"
            f"  {evicted:10,} {sum(cache.evicted for cache in held):10,} {found.evicted:10,}",
            flush=True,
        )


def smaller(point: Point) -> Point:
    """Return a point with a quarter of the people and of the pool."""
    people = math.ceil(point.rounds.people / 4)
    rounds = attrs.evolve(point.rounds, people=people)
    scale = people / point.rounds.people
    return attrs.evolve(
        point, rounds=rounds, pool=int(point.pool * scale), host=int(point.host * scale)
    )


def at(ordered: Sequence[float], share: float) -> float:
    """Return a quantile in milliseconds."""
    return 1e3 * ordered[max(math.ceil(share * len(ordered)), 1) - 1]


if __name__ == "__main__":
    main()
