"""What people do, as far as a cache and an engine notice: every assumption is a field here.

Nobody publishes how people with a completion server move between files. The numbers are estimates,
and `fimls engine plan --simulate` prints all of them; `fimls_requests_total` of a running hub says
how often its own people ask.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator

import attrs
from attrs import validators as v

from fimls.capacity.layouts import Layout, Place
from fimls.capacity.prompts import Prompt, length


@attrs.frozen(kw_only=True)
class Habits:
    """What everybody does.

    Attributes:
        places: in files, between which one goes back and forth.
        keys: tokens that are typed at a place in one go.
        asks_per_s: requests to the engine while one types; most keys need none.
        pause_s: between two goes: reading, thinking, meetings.
        stays: how often the next go is at the same place, as a share.
        moves_on: how often a place is given up for one where nobody was, as a share of goes.
        shared: places that a team has in common, as a share (files that all of them open).
        prefix: tokens of a prompt before the cursor.
        suffix: tokens behind it.
        new_tokens: that are generated for a suggestion.
        ahead: suggestions behind which more is generated ahead, as a share.
        warm: goes before which the prompt is read ahead, as the cursor rests, as a share.
        layout: of the prompts.
    """

    places: int = attrs.field(default=4, validator=v.ge(1))
    keys: int = attrs.field(default=12, validator=v.ge(1))
    asks_per_s: float = attrs.field(default=1.5, validator=v.gt(0))
    pause_s: float = attrs.field(default=30.0, validator=v.ge(0))
    stays: float = attrs.field(default=0.5, validator=[v.ge(0), v.le(1)])
    moves_on: float = attrs.field(default=0.05, validator=[v.ge(0), v.le(1)])
    shared: float = attrs.field(default=0.0, validator=[v.ge(0), v.le(1)])
    prefix: int = attrs.field(default=2_048, validator=v.ge(1))
    suffix: int = attrs.field(default=512, validator=v.ge(0))
    new_tokens: int = attrs.field(default=24, validator=v.ge(1))
    ahead: float = attrs.field(default=0.3, validator=[v.ge(0), v.le(1)])
    warm: float = attrs.field(default=0.5, validator=[v.ge(0), v.le(1)])
    layout: Layout = "held"

    @property
    def typing(self) -> float:
        """The share of people who type at a moment."""
        types_s = self.keys / self.asks_per_s
        return types_s / (types_s + self.pause_s)

    @property
    def go_s(self) -> float:
        """How long a go of typing takes, with the rest before it and the pause behind it."""
        return self.keys / self.asks_per_s + self.warm * _REST_S + self.pause_s

    @property
    def asks_per_seat_s(self) -> float:
        """Completions that one person asks for in a second, all day."""
        return self.typing * self.asks_per_s


@attrs.frozen(kw_only=True, order=False)
class Asked:
    """A request, as it reaches the hub.

    Attributes:
        at_s: when.
        person: whose.
        place: a name of where, for who keeps it at one engine.
        prompt: what is read.
        priority: 0 for a completion, -1 for what is generated ahead, -3 for what is only read.
        new_tokens: that are generated.
    """

    at_s: float
    person: int
    place: object
    prompt: Prompt
    priority: int
    new_tokens: int

    @property
    def tokens(self) -> int:
        """Of its prompt."""
        return length(self.prompt)


_REST_S = 1.0
"""Before the prompt is read ahead and somebody types."""

COMPLETION, AHEAD, WARM = 0, -1, -3
"""Priorities, as `fimls.backend.base.Priority` has them."""


def asked(people: int, habits: Habits, seconds: float, *, seed: int = 1) -> Iterator[Asked]:
    """Return what people ask for, in the order of time.

    Args:
        people: with an open editor.
        habits: of each.
        seconds: how long.
        seed: of all chance.
    """
    streams = [
        _person(person, habits, seconds, random.Random(f"{seed} {person}"))
        for person in range(people)
    ]
    yield from heapq.merge(*streams, key=lambda each: each.at_s)


def _person(person: int, habits: Habits, seconds: float, chance: random.Random) -> Iterator[Asked]:
    places = [_place(person, number, habits, chance) for number in range(habits.places)]
    made = habits.places
    at, now = 0, chance.uniform(0, habits.pause_s + habits.keys / habits.asks_per_s)
    while now < seconds:
        if chance.random() < habits.moves_on:
            places[at] = _place(person, made, habits, chance)
            made += 1
        elif chance.random() >= habits.stays:
            at = chance.randrange(habits.places)
        place = places[at]
        place.arrive()
        ask = Asked(
            at_s=now,
            person=person,
            place=place.text,
            prompt=(),
            priority=COMPLETION,
            new_tokens=habits.new_tokens,
        )
        if chance.random() < habits.warm:
            prompt = place.prompt(habits.layout)
            yield attrs.evolve(ask, prompt=prompt, priority=WARM, new_tokens=0)
            now += _REST_S
        for key in range(max(1, round(chance.expovariate(1 / habits.keys)))):
            place.key()
            prompt = place.prompt(habits.layout)
            yield attrs.evolve(ask, at_s=now, prompt=prompt)
            if chance.random() < habits.ahead:
                shown = ("shown", person, now, key), 0, habits.new_tokens
                behind = (*prompt, shown)
                later = now + 0.5 / habits.asks_per_s
                yield attrs.evolve(ask, at_s=later, prompt=behind, priority=AHEAD)
            now += chance.expovariate(habits.asks_per_s)
        now += chance.expovariate(1 / habits.pause_s) if habits.pause_s else 0.0


def _place(person: int, number: int, habits: Habits, chance: random.Random) -> Place:
    shared = chance.random() < habits.shared
    text = ("team", chance.randrange(4 * habits.places)) if shared else (person, number)
    return Place(text=text, owner=person, prefix=habits.prefix, suffix=habits.suffix)
