"""What a preset does for so many people, and how many replicas they need: simulated."""

from __future__ import annotations

import attrs

from fimls.capacity.cache import Cache, Hold, hold, tokens_needed
from fimls.capacity.people import Habits
from fimls.capacity.rates import Rates
from fimls.capacity.waiting_times import Waiting, waiting

_MOST_REPLICAS = 100_000


@attrs.frozen(kw_only=True)
class Goal:
    """What people are to have.

    Attributes:
        share: of their prompts' tokens from the cache.
        p95_s: to the first token for all but one in twenty.
    """

    share: float = 0.9
    p95_s: float = 0.3


@attrs.frozen(kw_only=True)
class Replica:
    """One engine.

    Attributes:
        name: for people.
        tokens: that its caches hold, all ranks together.
        gpus: that it has.
        rates: how fast it is.
        cache: how it keeps what it reads.
        in_flight: requests in it at once (`hub.in_flight`).
    """

    name: str
    tokens: int
    gpus: int
    rates: Rates
    cache: Cache = attrs.field(factory=Cache)
    in_flight: int = 128


@attrs.frozen(kw_only=True)
class Forecast:
    """What so many people have of so many replicas.

    Attributes:
        people: with an open editor.
        replicas: that serve them.
        replica: one of those.
        hold: what their caches have.
        waiting: how long people wait at each.
    """

    people: int
    replicas: int
    replica: Replica
    hold: Hold
    waiting: Waiting

    @property
    def gpus(self) -> int:
        """Of all replicas."""
        return self.replicas * self.replica.gpus


def forecast(people: int, replicas: int, replica: Replica, habits: Habits) -> Forecast:
    """Return what people have, who are divided evenly between replicas."""
    found = hold(max(1, replicas * replica.tokens // people), habits, replica.cache)
    waits = waiting(
        people / replicas * habits.asks_per_seat_s,
        found.reads,
        found.per_completion,
        replica.rates,
        new_tokens=habits.new_tokens,
        in_flight=replica.in_flight,
    )
    return Forecast(people=people, replicas=replicas, replica=replica, hold=found, waiting=waits)


def seats(replica: Replica, habits: Habits, goal: Goal) -> int:
    """Return how many people one replica serves as the goal has it."""
    needed = tokens_needed(goal.share, habits, replica.cache)
    most = replica.tokens // needed if needed else 0
    if not needed or not most:
        return 0

    def quick(people: int) -> bool:
        return forecast(people, 1, replica, habits).waiting.p95_s <= goal.p95_s

    if quick(most):
        return most
    least = 0
    while most - least > max(1, most // 50):
        middle = (least + most) // 2
        least, most = (middle, most) if quick(middle) else (least, middle)
    return least


def replicas_for(people: int, replica: Replica, habits: Habits, goal: Goal) -> Forecast | None:
    """Return what people have with as few replicas as meet the goal, or None if none do."""
    each = seats(replica, habits, goal)
    if not each or people > each * _MOST_REPLICAS:
        return None
    return forecast(people, -(-people // each), replica, habits)
