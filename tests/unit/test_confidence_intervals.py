"""Intervals against values worked out elsewhere."""

from __future__ import annotations

import pytest

from fimls.confidence_intervals import paired_difference, wilson


@pytest.mark.parametrize(
    ("hits", "rows", "low", "high"),
    [
        # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I.
        (81, 263, 25.53, 36.62),
        (15, 148, 6.24, 16.05),
        (0, 20, 0.0, 16.11),
        (1, 29, 0.61, 17.18),
    ],
)
def test_wilson(hits: int, rows: int, low: float, high: float) -> None:
    interval = wilson(hits, rows)
    assert interval.value == pytest.approx(100 * hits / rows)
    assert interval.low == pytest.approx(low, abs=0.006)
    assert interval.high == pytest.approx(high, abs=0.006)


def test_all_right_is_the_mirror_of_all_wrong() -> None:
    assert wilson(20, 20).high == 100.0
    assert wilson(20, 20).low == pytest.approx(100 - wilson(0, 20).high)


def test_the_paired_difference_counts_rows_that_differ() -> None:
    pairs = (
        [(True, False)] * 20 + [(False, True)] * 10 + [(True, True)] * 40 + [(False, False)] * 30
    )
    interval = paired_difference(pairs)
    # (21 - 11) / 102 +- 1.95996 * sqrt((21 + 11) / 102 - (10 / 102) ** 2) / sqrt(102)
    assert interval.value == pytest.approx(10.0)
    assert interval.low == pytest.approx(-0.9, abs=0.1)
    assert interval.high == pytest.approx(20.5, abs=0.1)
    assert interval.rows == 100


def test_pairing_is_what_makes_the_interval_narrow() -> None:
    alike = paired_difference([(True, True), (False, False)] * 50)
    apart = paired_difference([(True, False), (False, True)] * 50)
    assert alike.value == apart.value == 0.0
    assert 0 < alike.high < 5 < apart.high
    assert alike.low == pytest.approx(-alike.high)


@pytest.mark.parametrize("pair", [(True, True), (True, False), (False, True)])
def test_one_row_says_little_but_nothing_impossible(pair: tuple[bool, bool]) -> None:
    interval = paired_difference([pair])
    assert -100 <= interval.low < interval.value + 1e-9 or interval.low <= interval.value
    assert interval.high - interval.low > 90
    assert interval.high <= 100
