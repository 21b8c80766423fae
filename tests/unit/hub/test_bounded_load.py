"""Keys stay where they came to be, and no place has much more to hold than the others."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.backend.rendezvous import preference
from fimls.hub.bounded_load import KEEP_S, BoundedLoad

PLACES = [f"http://127.0.0.1:{port} 0" for port in (34039, 40327)]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def placed(people: list[int], *, tokens: int = 1_000, places: list[str] = PLACES) -> dict[int, str]:
    load = BoundedLoad(Clock())
    keys = {person: person.to_bytes(16) for person in people}
    return {p: load.place(k, preference(k, places), tokens=tokens) for p, k in keys.items()}


@pytest.mark.parametrize("seed", range(20))
def test_forty_people_are_at_two_engines_in_equal_parts_whatever_their_addresses(seed: int) -> None:
    ports = random.Random(seed).sample(range(1_024, 65_536), 2)
    places = [f"http://127.0.0.1:{port} 0" for port in ports]
    found = Counter(placed([*range(40)], places=places).values())
    assert max(found.values()) <= 22


def test_who_comes_in_another_order_after_a_restart_is_nearly_always_where_he_was() -> None:
    people = [*range(2_000)]
    before = placed(people)
    random.Random(1).shuffle(people)
    after = placed(people)
    assert sum(before[p] == after[p] for p in people) > 0.9 * len(people)


def test_a_long_prompt_counts_as_what_it_holds() -> None:
    load = BoundedLoad(Clock())
    first = load.place(b"long", PLACES, tokens=10_000)
    others = {load.place(b"%d" % n, PLACES, tokens=1_000) for n in range(10)}
    assert others == {*PLACES} - {first}


def test_what_nobody_uses_any_more_leaves_room() -> None:
    clock = Clock()
    load = BoundedLoad(clock)
    assert load.place(b"gone", PLACES, tokens=9_000) == PLACES[0]
    clock.now = KEEP_S
    assert load.place(b"new", PLACES, tokens=1_000) == PLACES[0]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 500), st.floats(0, KEEP_S / 3))),
    st.integers(1, 5),
)
def test_a_key_in_use_stays_and_a_new_one_comes_to_a_place_below_the_mean(
    uses: list[tuple[int, int, float]], count: int
) -> None:
    clock = Clock()
    load = BoundedLoad(clock)
    names = [f"place {n}" for n in range(count)]
    known: dict[int, tuple[str, int, float]] = {}
    for key, tokens, passed in uses:
        clock.now += passed
        known = {k: kept for k, kept in known.items() if clock.now - kept[2] < KEEP_S}
        held = {n: sum(t for place, t, _ in known.values() if place == n) for n in names}
        place = load.place(b"%d" % key, preference(b"%d" % key, names), tokens=tokens)
        if key in known:
            assert place == known[key][0]
        else:
            assert held[place] <= 1.05 * sum(held.values()) / count
        known[key] = place, tokens, clock.now
