"""A model that writes exactly what stood there: once accepted, the file is as it was.

The files are whatever this machine has: Python's own library, what is installed beside fimls, C
headers, and the samples of tests/data. tests/bench/perfect_model.py asks at thousands of places.
"""

from __future__ import annotations

import random
import sysconfig
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.perfect_model import PerfectModel, Place, files_in, places_of, read
from support.tokenizers import write_tokenizer

DATA = Path(__file__).parents[1] / "data"
FOLDERS = [
    DATA / "filters" / "samples",
    DATA / "stopping" / "code",
    Path(sysconfig.get_path("stdlib")) / "json",
    Path(sysconfig.get_path("stdlib")) / "asyncio",
    Path(sysconfig.get_path("purelib")) / "pygls",
    Path("/usr/include/linux"),
]
EACH, FILES = 90, 12
"""Places of a language, and files that they are taken from."""

TYPED = 0.99
"""The share of places at which every key is answered with the rest, and the engine asked once."""

LEAST = {"nothing": 0.98, "rest": 0.95, "closed": 0.9}
"""The share of places, by what stands behind the cursor, at which the file is exactly as it was."""


@pytest.fixture(scope="module")
def places() -> list[Place]:
    chance, found = random.Random(5), list[Place]()
    for language, paths in sorted(files_in([f for f in FOLDERS if f.exists()]).items()):
        paths = chance.sample(paths, min(len(paths), FILES))
        texts = [(path.name, text) for path in paths if (text := read(path))]
        for name, text in texts:
            each = places_of(text, language, name, chance)
            found += [place for _, place in zip(range(EACH // len(texts) + 1), each, strict=False)]
    return found


@pytest.fixture
async def model(tmp_path: Path) -> AsyncIterator[PerfectModel]:
    model = PerfectModel(write_tokenizer(tmp_path))
    yield model
    await model.aclose()


async def test_what_stood_there_is_there_again(places: list[Place], model: PerfectModel) -> None:
    outcomes: dict[str, Counter[str]] = {behind: Counter() for behind in LEAST}
    for place in places:
        if place.kind != "lines":
            outcomes[place.behind][place.judge(await model.complete(place))] += 1
    for behind, counts in outcomes.items():
        print(behind, dict(counts))
        assert counts.total() >= 100
        assert counts["exact"] >= LEAST[behind] * counts.total(), (behind, counts)
        assert counts["spoilt"] <= 0.02 * counts.total(), (behind, counts)


async def test_what_is_typed_through_stays_what_it_was(places: list[Place], tmp_path: Path) -> None:
    model, outcomes = PerfectModel(write_tokenizer(tmp_path), reuse=True), Counter[str]()
    for place in places:
        if place.behind != "rest" and place.kind != "lines":
            outcome = await model.type_through(place)
            outcomes[outcome or "not shown"] += 1
            if outcome not in (None, "exact"):
                print(outcome, place.source, place.prefix[-60:], place.truth, place.left, sep="|")
    await model.aclose()
    shown = outcomes.total() - outcomes["not shown"]
    print(dict(outcomes))
    assert shown >= 500
    assert outcomes["exact"] >= TYPED * shown, outcomes
    assert outcomes["spoilt"] <= 0.002 * shown, outcomes
