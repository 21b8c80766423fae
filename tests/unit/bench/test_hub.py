"""The figures of `fimls bench hub`, and all of it at a small hub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fimls.bench.crowd_figures import inside_ms, jain, slope, spans_of, spans_of_log, summarize
from fimls.bench.hub import Crowd, Run
from fimls.bench.typing_tally import Answered, Tally
from fimls.cli import main

TRACES = sorted(str(path) for path in Path(__file__).parents[2].glob("data/traces/*.json"))


def answered(sent: float, received: float, *, source: str = "engine", user: str = "a") -> Answered:
    return Answered(user=user, sent=sent, received=received, outcome="shown", source=source)


@pytest.mark.parametrize(
    ("source", "spans", "inside"),
    [
        ("engine", [], 1_000),
        ("engine", [(10.2, 10.9, 0)], 300),
        ("engine", [(9.0, 10.5, 0), (10.4, 12.0, 0)], 0),  # they overlap, and reach beyond
        ("engine", [(10.0, 10.5, -1)], 1_000),  # generated ahead: nobody waited for it
        ("running", [(10.0, 10.5, -1)], 500),  # unless the answer is read from it
        ("memory", [(10.0, 11.0, 0)], 1_000),
        ("engine", [(1.0, 2.0, 0), (12.0, 13.0, 0)], 1_000),
    ],
)
def test_what_is_inside_the_hub_is_what_the_engine_did_not_take(
    source: str, spans: list[tuple[float, float, int]], inside: float
) -> None:
    assert inside_ms(answered(10.0, 11.0, source=source), {"a": spans}) == pytest.approx(inside)


def test_fairness_is_one_where_all_have_the_same() -> None:
    assert jain([3.0, 3.0, 3.0]) == pytest.approx(1)
    assert jain([3.0, 0.0, 0.0]) == pytest.approx(1 / 3)
    assert jain([]) is None


def test_growth_is_per_second() -> None:
    assert slope([(0, 5), (1, 7), (2, 9)]) == pytest.approx(2)
    assert slope([(1, 5)]) == 0


def test_spans_are_of_users() -> None:
    spans = spans_of({"spans": [["k", 1.0, 2.0, 0], ["other", 1.0, 2.0, 0]]}, {"k": "ann"})
    assert spans == {"ann": [(1.0, 2.0, 0)]}


def test_spans_of_other_engines_are_in_the_hubs_log() -> None:
    line = {"time": "1970-01-01T00:01:40.000+00:00", "user": "ann", "kind": "completion", "ms": 500}
    log = [line, {**line, "kind": "ahead"}, {**line, "user": "bob"}, {"message": "other"}]
    spans = spans_of_log(map(json.dumps, log), ahead_s=7.0)
    assert spans == {
        "ann": [(106.5, 107.0, 0), (106.5, 107.0, -1)],
        "bob": [(106.5, 107.0, 0)],
    }


def test_the_others_are_those_who_are_not_greedy() -> None:
    tally = Tally(
        answers=[
            *(answered(t, t + 0.1, user="b") for t in (1, 2, 3)),
            *(answered(t, t + 0.2, user="b") for t in (6, 7)),
            *(answered(t, t + 9.0, user="a") for t in (1, 6)),
        ]
    )
    run = Run(tally=tally, began=0, half=5, ended=10)
    who = Crowd(users=[("a", None), ("b", None)], seconds=10, greedy=1)
    others = summarize(run, who, None)["others_ms"]
    assert others["first half"]["p95"] == pytest.approx(100)
    assert others["second half"]["p95"] == pytest.approx(200)


def test_a_small_crowd_loses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"
    few = ["--editors", "3", "--seconds", "4", "--first-ms", "20", "--token-ms", "4"]
    assert main(["bench", "hub", *TRACES, *few, "--json", str(file)]) == 0

    figures = json.loads(file.read_text("utf-8"))
    assert figures["keys"] > 3 * 4
    assert sum(figures["outcomes"].values()) == figures["keys"]
    assert (figures["errors"], figures["lost"], figures["stale"]) == ({}, 0, 0)
    assert figures["outcomes"]["shown"] > 0
    assert figures["engine"]["started"] > 0
    assert figures["overhead_ms"]["count"] > 0
    assert figures["fairness"] > 0.5
    assert "inside the hub" in capsys.readouterr().out
