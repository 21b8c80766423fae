"""Which windows of an index are found, and in which order: held against looking at each of them."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from fimls.context.index import Entry, Store
from fimls.context.windows import Lines

WORDS = [f"word_{n}" for n in range(40)]


@pytest.fixture
def windows(tmp_path: Path) -> tuple[Store, dict[tuple[str, int], frozenset[str]]]:
    """An index of a hundred files, of which some were there in another form before."""
    choose, store = random.Random(7), Store(tmp_path / "index.sqlite")
    said = dict[tuple[str, int], frozenset[str]]()
    for version in ("1", "2"):
        for n in range(100 if version == "1" else 30):
            made = tuple(
                (Lines(10 * each, 10 * each + 9), frozenset(choose.sample(WORDS, 6)))
                for each in range(5)
            )
            path = f"file_{n}.py"
            store.put([(path, version, Entry(language_id="python", windows=made, tags=()))])
            said |= {(path, lines.first): terms for lines, terms in made}
    return store, said


def test_the_windows_that_have_a_name_come_by_what_else_they_have(
    windows: tuple[Store, dict[tuple[str, int], frozenset[str]]],
) -> None:
    store, said = windows
    choose = random.Random(8)
    for _ in range(30):
        asked = choose.sample(WORDS, 10)
        needed, weights = asked[0], store.weights(asked)
        found = store.search(weights, needed=needed, most=12, until=time.monotonic() + 60)

        def score(terms: frozenset[str], weights: dict[str, float] = weights) -> float:
            return round(sum(sorted(weights[term] for term in terms if term in weights)), 6)

        best = sorted((score(terms) for terms in said.values() if needed in terms), reverse=True)
        assert [score(said[each.path, each.first]) for each in found] == best[:12]
        assert all(needed in said[each.path, each.first] for each in found)
    store.close()


def test_a_search_that_comes_too_late_finds_nothing(
    windows: tuple[Store, dict[tuple[str, int], frozenset[str]]],
) -> None:
    store, _ = windows
    many = dict.fromkeys(WORDS, 1.0)
    assert store.search(many, needed="word_1", most=9, until=time.monotonic() + 60)
    assert store.search(many, needed="word_1", most=9, until=0.0) == []
    store.close()
