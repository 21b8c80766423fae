"""What one greedy user costs the others in the hub's queue.

Twenty users ask 5 times a second each, and in every other round one more asks 100 times a second,
which is more than the engine can take: a place for 100 ms on the average, 16 places.

Run: python tests/bench/fairness.py
"""

from __future__ import annotations

import asyncio
import random
import time

from fimls.backend.base import Priority
from fimls.errors import BackendBusy
from fimls.hub.fair_queue import FairQueue, Room

USERS, EACH_PER_S, GREEDY_PER_S = 20, 5.0, 100.0
ENGINE_S, SECONDS, ROUNDS = 0.1, 8.0, 3
ROOM = Room(in_flight=16, user_in_flight=8, waiting=256, wait_s=2.0)


async def one_round(seed: int, *, greedy: bool) -> float:
    """Return the others' p95 in milliseconds; prints more."""
    queue, chance = FairQueue(ROOM), random.Random(seed)
    others: list[float] = []
    its: list[float] = []
    refused = 0
    end = time.monotonic() + SECONDS

    async def ask(user: str, waited: list[float]) -> None:
        nonlocal refused
        began = time.monotonic()
        try:
            async with queue.turn(user, Priority.COMPLETION):
                await asyncio.sleep(chance.expovariate(1 / ENGINE_S))
        except BackendBusy:
            refused += 1
        else:
            waited.append((time.monotonic() - began) * 1e3)

    async def type_on(user: str, per_s: float, waited: list[float]) -> None:
        asked: list[asyncio.Task[None]] = []
        while time.monotonic() < end:
            await asyncio.sleep(chance.expovariate(per_s))
            asked.append(asyncio.create_task(ask(user, waited)))
        await asyncio.gather(*asked)

    typing = [type_on(f"user{number}", EACH_PER_S, others) for number in range(USERS)]
    if greedy:
        typing.append(type_on("greedy", GREEDY_PER_S, its))
    await asyncio.gather(*typing)
    p95 = sorted(others)[int(0.95 * len(others))]
    print(f"{'with' if greedy else 'without'} the greedy one: others p95 {p95:.0f} ms", end="")
    print(f", its own {sorted(its)[len(its) // 2]:.0f} ms, {refused} refused" if its else "")
    return p95


async def main() -> None:
    without = with_it = 0.0
    for seed in range(ROUNDS):
        without += await one_round(seed, greedy=False)
        with_it += await one_round(seed, greedy=True)
    print(f"others' p95, with to without: {with_it / without:.3f}")


if __name__ == "__main__":
    asyncio.run(main())
