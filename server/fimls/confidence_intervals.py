"""95 % intervals of shares and means, and of how much two of them differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

_Z = 1.959963984540054
"""The normal distribution's 97.5 % point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate and its 95 % interval: of shares in percent or percentage points.

    Attributes:
        value: the estimate.
        low: lower end.
        high: upper end.
        rows: how many rows it was made from.
    """

    value: float
    low: float
    high: float
    rows: int


def wilson(hits: int, rows: int) -> Interval:
    """Return a share in percent with its Wilson score interval (Wilson 1927); rows > 0."""
    share, square = hits / rows, _Z * _Z / rows
    middle = (share + square / 2) / (1 + square)
    half = _Z * sqrt(share * (1 - share) / rows + square / (4 * rows)) / (1 + square)
    low = 100 * (middle - half) if hits else 0.0
    high = 100 * (middle + half) if hits < rows else 100.0
    return Interval(value=100 * share, low=low, high=high, rows=rows)


def paired_difference(pairs: Sequence[tuple[bool, bool]]) -> Interval:
    """Return first minus second share in percentage points; at least one pair.

    The interval is the adjusted Wald interval of Bonett and Price (2012), the normal approximation
    on the rows' differences with one row more in each direction: without those, few rows or equal
    answers would make an interval of no width.
    """
    rows = len(pairs)
    better = sum(first and not second for first, second in pairs)
    worse = sum(second and not first for first, second in pairs)
    up, down = (better + 1) / (rows + 2), (worse + 1) / (rows + 2)
    half = _Z * sqrt((up + down - (up - down) ** 2) / (rows + 2))
    return Interval(
        value=100 * (better - worse) / rows,
        low=max(-100.0, 100 * (up - down - half)),
        high=min(100.0, 100 * (up - down + half)),
        rows=rows,
    )


def mean(values: Sequence[float]) -> Interval:
    """Return the mean of values with Student's interval; two values at least."""
    rows = len(values)
    middle, square = _moments(values)
    half = _student(rows - 1) * sqrt(square / rows)
    return Interval(value=middle, low=middle - half, high=middle + half, rows=rows)


def difference_of_means(
    first: Sequence[float], second: Sequence[float], *, of: int = 1
) -> Interval:
    """Return the first mean minus the second, with Welch's interval (1947).

    Args:
        first: two values at least.
        second: two values at least.
        of: how many differences are looked at: the interval is so much wider that all of them
            together miss the truth in one of twenty cases at most (Bonferroni).
    """
    (one, square), (other, other_square) = _moments(first), _moments(second)
    one_part, other_part = square / len(first), other_square / len(second)
    total = one_part + other_part
    freedom = 1.0
    if total:
        freedom = total**2 / (one_part**2 / (len(first) - 1) + other_part**2 / (len(second) - 1))
    half = _student(freedom, of) * sqrt(total)
    value = one - other
    rows = len(first) + len(second)
    return Interval(value=value, low=value - half, high=value + half, rows=rows)


def _moments(values: Sequence[float]) -> tuple[float, float]:
    middle = sum(values) / len(values)
    return middle, sum((value - middle) ** 2 for value in values) / (len(values) - 1)


def _student(freedom: float, of: int = 1) -> float:
    """Return Student's point for 95 %, by the expansion of Abramowitz and Stegun, 26.7.5."""
    z, n = NormalDist().inv_cdf(1 - 0.025 / of), max(freedom, 1.0)
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )
