"""What to switch on or to buy next: each possible change, simulated beside what there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from fimls.capacity.cache import best_share, tokens_needed
from fimls.capacity.forecast import Forecast, Goal, Replica, replicas_for, seats
from fimls.capacity.people import Habits


@attrs.frozen(kw_only=True)
class Change:
    """One thing that could be otherwise.

    Attributes:
        what: it is, for people.
        how: it is done.
        seats: that a replica serves with it.
        free: whether it needs no further GPU.
    """

    what: str
    how: str
    seats: int
    free: bool = True


def changes(
    replica: Replica, habits: Habits, goal: Goal, others: Sequence[Replica]
) -> list[Change]:
    """Return what could be changed, the most helpful first.

    Args:
        replica: as it is.
        habits: of people, and the layout and the length of prompts.
        goal: what people are to have.
        others: presets of the same model on as many GPUs.
    """
    found = [*_changes(replica, habits, goal)]
    for other in others:
        found.append(
            Change(
                what=f"the preset {other.name}",
                how=f"fimls engine --preset {other.name}",
                seats=seats(other, habits, goal),
            )
        )
    return sorted(found, key=lambda change: -change.seats)


def _changes(replica: Replica, habits: Habits, goal: Goal) -> Iterator[Change]:
    cache = replica.cache

    def with_cache(what: str, how: str, **different: object) -> Change:
        other = attrs.evolve(replica, cache=attrs.evolve(cache, **different))
        return Change(what=what, how=how, seats=seats(other, habits, goal))

    def with_habits(what: str, how: str, **different: object) -> Change:
        other = attrs.evolve(habits, **different)
        return Change(what=what, how=how, seats=seats(replica, other, goal))

    if cache.ranks > 1 and not cache.affinity:
        yield with_cache("people kept at their rank", "hub.replicas and hub.ranks", affinity=True)
    if habits.layout != "held":
        yield with_habits("the held prompt", 'prompt.layout = "auto"', layout="held")
    if not cache.host:
        yield with_cache(
            "a host tier of twice the pool",
            "--enable-hierarchical-cache --hicache-ratio 2",
            host=2.0,
        )
    if cache.policy != "priority":
        yield with_cache(
            "what is generated ahead is evicted first",
            "--radix-eviction-policy priority",
            policy="priority",
        )
    if cache.page > 1:
        yield with_cache("pages of one token", "another --attention-backend, --page-size 1", page=1)
    more = attrs.evolve(replica, in_flight=4 * replica.in_flight)
    yield Change(
        what="more generations at once",
        how=f"hub.in_flight = {more.in_flight}",
        seats=seats(more, habits, goal),
    )
    yield with_habits(
        "prompts of half the length",
        "prompt.prefix_tokens and prompt.suffix_tokens",
        prefix=max(1, habits.prefix // 2),
        suffix=habits.suffix // 2,
    )


def advice(
    people: int, replica: Replica, habits: Habits, goal: Goal, found: Sequence[Change]
) -> str:
    """Return the next thing to do, as a sentence."""
    now: Forecast | None = replicas_for(people, replica, habits, goal)
    each = seats(replica, habits, goal)
    if each >= people:
        return f"One replica serves {people:,} people: nothing needs to change."
    helps = [change for change in found if change.free and change.seats >= people]
    if helps:
        # Of what is enough, the one that changes least: what people see stays as it is.
        best = next((change for change in helps if "half the length" not in change.what), helps[0])
        return f"Switch on {best.what} ({best.how}): then one replica serves {best.seats:,}."
    better = next((change for change in found if change.seats > 1.1 * each), None)
    if now is None and better is None:
        return _obstacle(replica, habits, goal)
    if now is None or (better is not None and better.seats >= 2 * each):
        assert better is not None
        replicas = -(-people // better.seats)
        return (
            f"Switch on {better.what} ({better.how}): a replica then serves {better.seats:,} people"
            f" instead of {each:,}, and {people:,} need {replicas} of it."
        )
    return f"Buy: {now.replicas} replicas, {now.gpus} GPUs in all, serve {people:,} people."


def _obstacle(replica: Replica, habits: Habits, goal: Goal) -> str:
    """Return why nobody is served as they should, and what would help."""
    needed = tokens_needed(goal.share, habits, replica.cache)
    if needed is None:
        best = best_share(habits, replica.cache)
        return (
            f"No cache has {goal.share:.1%} of such prompts, however large: {best:.1%} at most. Ask"
            " for less (--cached), or switch on what is named above."
        )
    if needed <= replica.tokens:
        return (
            "The cache is large enough, and the engine too slow: take faster GPUs, or let people"
            " wait longer for the first token (--first-ms)."
        )
    return "Nothing here serves anybody as it should: take GPUs with more memory."
