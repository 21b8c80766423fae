"""How long people wait for the first token: the hub's turns, and an engine that reads one by one.

The engine reads the prompts that wait together at its rate, the most urgent first, and writes for
all that run together, a token each in a step. Prompts that come while others are written wait for
half a step on the average. At most so many requests are in the engine; the others wait for their
turn at the hub, by urgency, too (`fimls.hub.fair_queue`; that turns go round between users is left
out, as all people are alike here).
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import attrs

from fimls.capacity.people import WARM
from fimls.capacity.rates import Rates

REQUESTS = 3_000
"""Completions that are simulated."""

_TOGETHER = 8_192
"""Tokens that are read in one go (``--chunked-prefill-size``)."""

_Queued: TypeAlias = tuple[int, int, float, int]
"""Urgency, the least being the most urgent; order; when it came; tokens to be read."""


@attrs.frozen(kw_only=True)
class Waiting:
    """What people wait for the first token of a completion, and how busy the engine is.

    Attributes:
        p50_s: half of them wait less.
        p95_s: all but one of twenty wait less.
        busy: the share of time in which the engine reads.
        running: requests that are in the engine on the average.
    """

    p50_s: float
    p95_s: float
    busy: float
    running: float


def waiting(
    completions_per_s: float,
    reads: Mapping[int, Sequence[int]],
    per_completion: Mapping[int, float],
    rates: Rates,
    *,
    new_tokens: int,
    in_flight: int,
    seed: int = 1,
) -> Waiting:
    """Return how long people wait at one replica.

    Args:
        completions_per_s: that reach it.
        reads: tokens that are read for each request, by priority, to draw from.
        per_completion: requests of each priority for one completion.
        rates: of the replica.
        new_tokens: that are generated for each.
        in_flight: requests in the engine at once, at most.
        seed: of all chance.
    """
    chance = random.Random(seed)
    arrivals = _arrivals(completions_per_s, reads, per_completion, chance)
    order = itertools.count()
    queue: list[_Queued] = []
    ends: list[float] = []
    first: list[float] = []
    free = busy = wrote = 0.0
    most = min(in_flight, rates.running)
    at = 0
    while at < len(arrivals) or queue:
        if not queue:
            free = max(free, arrivals[at][0])
        while at < len(arrivals) and arrivals[at][0] <= free:
            came, priority, read = arrivals[at]
            heapq.heappush(queue, (-priority, next(order), came, read))
            at += 1
        while ends and ends[0] <= free:
            heapq.heappop(ends)
        if len(ends) >= most:
            free = ends[0]
            continue
        batch = _batch(queue, most - len(ends))
        took = sum(read for *_, read in batch) / rates.read_per_s
        took += rates.step_s / 2 if ends else 0
        free += took
        busy += took
        for urgency, _, came, _ in batch:
            if urgency == 0:
                first.append(free - came + rates.overhead_s)
            writes = 0 if urgency == -WARM else new_tokens * rates.step_s
            wrote += writes
            heapq.heappush(ends, free + writes)
    first.sort()
    return Waiting(
        p50_s=_quantile(first, 0.5),
        p95_s=_quantile(first, 0.95),
        busy=busy / free,
        running=wrote / free,
    )


def _batch(queue: list[_Queued], most: int) -> list[_Queued]:
    batch = [heapq.heappop(queue)]
    tokens = batch[0][3]
    while queue and len(batch) < most and tokens + queue[0][3] <= _TOGETHER:
        batch.append(heapq.heappop(queue))
        tokens += batch[-1][3]
    return batch


def _arrivals(
    completions_per_s: float,
    reads: Mapping[int, Sequence[int]],
    per_completion: Mapping[int, float],
    chance: random.Random,
) -> list[tuple[float, int, int]]:
    seconds = REQUESTS / completions_per_s
    found: list[tuple[float, int, int]] = []
    for priority, drawn in reads.items():
        for _ in range(round(REQUESTS * per_completion[priority])):
            found.append((chance.uniform(0, seconds), priority, chance.choice(drawn)))
    return sorted(found)


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]
