"""What an author was spared is counted by characters, and compared by stretch."""

from __future__ import annotations

from dataclasses import replace

from fimls.evaluation.writing_figures import summarise_writing
from fimls.evaluation.writing_run import WritingResult


def result(stretch: int, way: str, keys: int, wrong: int = 0) -> WritingResult:
    return WritingResult(
        key=f"{stretch} {way}", stretch=str(stretch), way=way, language_id="python",
        crosses=stretch % 2 == 0, characters=100, keys=keys, wrong=wrong, waited=keys // 2,
        read=2 * keys, ahead=keys,
    )  # fmt: skip


def test_a_way_is_held_against_no_context_on_the_same_stretches() -> None:
    results = [result(n, "none", 80, 8) for n in range(10)]
    results += [result(n, "all", 60, 3) for n in range(8)]
    found = {(each.group, each.way): each for each in summarise_writing(results)}
    everything = found["all", "all"]
    assert round(everything.spared.value) == 40
    assert everything.gain is not None
    assert round(everything.gain.value) == 20
    assert everything.more_wrong is not None
    assert everything.more_wrong.value == -5
    assert (everything.read, everything.ahead, everything.waited) == (2, 1, 50)
    assert found["all", "none"].gain is None
    assert found["uses other files", "all"].stretches == 4
    assert found["python", "all"].stretches == 8


def test_an_interval_has_what_stretches_differ_by() -> None:
    results = [result(n, "none", 80) for n in range(10)]
    results += [replace(result(n, "all", 80 - 10 * n)) for n in range(1, 7)]
    [gain] = [
        each.gain for each in summarise_writing(results) if (each.group, each.way) == ("all", "all")
    ]
    assert gain is not None
    assert gain.low < 35 == round(gain.value) < gain.high
