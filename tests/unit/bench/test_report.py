"""The figures of a replay, against ones worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from fimls.bench.report import as_json, percentile, plot, summarize, table
from fimls.bench.typing import Sample


def sample(layout: str, key: int, prompt: int, cached: int, first_ms: float) -> Sample:
    return Sample(
        trace="t",
        layout=layout,
        key=key,
        prompt_tokens=prompt,
        cached_tokens=cached,
        first_token_ms=first_ms,
    )


SAMPLES = [
    *(sample("held", key, 2_500, 2_499 if key else 0, 10.0) for key in range(10)),
    *(sample("psm", key, 2_500 if key else 100, 1_000 if key else 0, 50.0) for key in range(10)),
]


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 1), (0.1, 1), (0.11, 2), (0.5, 5), (0.9, 9), (0.99, 10), (1.0, 10)]
)
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(
    share: float, value: int
) -> None:
    assert percentile(list(range(1, 11)), share) == value


def test_the_figures_of_each_layout() -> None:
    summary = summarize(SAMPLES)
    assert list(summary) == ["psm", "held"]
    held, psm = summary["held"], summary["psm"]
    assert held["cached_share"] == pytest.approx(9 * 2_499 / 25_000)
    assert held["new_tokens"] == {"p50": 1, "p90": 1, "p99": 2_500}
    assert psm["new_tokens"]["p50"] == 1_500
    assert psm["to_held"] == 5.0
    assert held["to_held"] == 1.0


def test_long_prompts_are_those_that_are_long_in_every_layout() -> None:
    assert summarize(SAMPLES)["held"]["long"]["keys"] == 9
    assert summarize(SAMPLES[10:11])["psm"]["long"] is None


def test_the_report_is_a_table_a_file_and_a_picture(tmp_path: Path) -> None:
    console = Console(width=160, record=True, file=(tmp_path / "out").open("w"))
    console.print(table(summarize(SAMPLES)))
    shown = console.export_text()
    assert "1 / 1 / 2,500" in shown
    assert as_json(SAMPLES, {"seed": 0})["samples"][0]["cached_tokens"] == 0
    pytest.importorskip("matplotlib", reason="plots need the extra bench")
    plot(SAMPLES, tmp_path / "plot.svg")
    assert "<svg" in (tmp_path / "plot.svg").read_text()
