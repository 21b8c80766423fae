"""95 % intervals of shares, and of the difference between two shares of the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

_Z = 1.959963984540054
"""The normal distribution's 97.5 % point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate and its 95 % interval, in percent or percentage points.

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
