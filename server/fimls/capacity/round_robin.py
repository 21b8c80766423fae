"""The plainest traffic: everybody goes round the same places, again and again.

It has no clock, so a real engine answers it in the same order as a simulated cache, one request
after the other: that is how the simulation is checked (``tests/bench/cache_capacity.py``).
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import attrs

from fimls.capacity.layouts import Layout, Place
from fimls.capacity.prompts import Prompt


@attrs.frozen(kw_only=True)
class Ask:
    """One request.

    Attributes:
        person: whose it is.
        place: where.
        prompt: what is read.
        priority: 0, or -1 for what is generated ahead.
        number: of the key.
        counted: whether it belongs to the last round, in which everything was there once.
    """

    person: int
    place: int
    prompt: Prompt
    priority: int = 0
    number: int
    counted: bool


@attrs.frozen(kw_only=True)
class Rounds:
    """People who go round their places.

    Attributes:
        people: how many.
        layout: of the prompts.
        places: of each.
        keys: that each types at a place before going on.
        rounds: how often; the last is counted.
        prefix: tokens before the cursor.
        suffix: tokens behind it.
        new_tokens: that are generated behind each prompt.
        ahead: whether what comes behind each suggestion is asked for, too, behind all else.
        seed: of the order in which people take turns.
    """

    people: int
    layout: Layout = "held"
    places: int = 4
    keys: int = 12
    rounds: int = 2
    prefix: int = 2_048
    suffix: int = 512
    new_tokens: int = 4
    ahead: bool = False
    seed: int = 1

    def asks(self) -> Iterator[Ask]:
        """Return the requests in their order."""
        order = [
            person
            for person in range(self.people)
            for _ in range(self.rounds * self.places * self.keys)
        ]
        random.Random(self.seed).shuffle(order)
        typing = [self._typing(person) for person in range(self.people)]
        for person in order:
            yield from next(typing[person])

    def _typing(self, person: int) -> Iterator[list[Ask]]:
        places = [
            Place(text=(person, at), owner=person, prefix=self.prefix, suffix=self.suffix)
            for at in range(self.places)
        ]
        number = 0
        for turn in range(self.rounds):
            for at, place in enumerate(places):
                place.arrive()
                for _ in range(self.keys):
                    place.key()
                    number += 1
                    ask = Ask(
                        person=person,
                        place=at,
                        prompt=place.prompt(self.layout),
                        number=number,
                        counted=turn == self.rounds - 1,
                    )
                    yield [ask, *self._behind(ask)]

    def _behind(self, ask: Ask) -> list[Ask]:
        if not self.ahead:
            return []
        shown = (("shown", ask.person, ask.number), 0, self.new_tokens)
        return [attrs.evolve(ask, prompt=(*ask.prompt, shown), priority=-1, counted=False)]


def generated(ask: Ask, tokens: int) -> tuple[object, int, int]:
    """Return the piece that an engine writes behind a prompt."""
    return ("generated", ask.person, ask.number, ask.priority), 0, tokens
