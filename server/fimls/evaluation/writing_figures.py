"""The figures of `fimls eval writing`: what an author was spared, and what it cost."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fimls.confidence_intervals import Interval
from fimls.evaluation.writing_run import WritingResult

_Row = TypeVar("_Row")
_DRAWS = 2_000
BASE = "none"
"""The way that the others are compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingFinding:
    """Figures of one way, with 95 % bootstrap intervals over stretches.

    Attributes:
        way: how the author was helped.
        group: whose stretches: all, of a language, or with and without other files.
        stretches: how many.
        spared: share of the characters that needed no key of their own, in percent.
        gain: that, less what no context spares of the same stretches, in points.
        wrong: suggestions read in vain, for 100 keys.
        more_wrong: that, less what no context has.
        waited: share of the keys for which the engine was asked, in percent.
        read: tokens newly read for a key.
        ahead: tokens newly read ahead of a key.
    """

    way: str
    group: str
    stretches: int
    spared: Interval
    gain: Interval | None
    wrong: Interval
    more_wrong: Interval | None
    waited: float
    read: float
    ahead: float


def spared(results: Sequence[WritingResult]) -> float:
    """Return the share of characters that needed no key of their own, in percent."""
    return 100 * (1 - sum(r.keys for r in results) / sum(r.characters for r in results))


def wrong(results: Sequence[WritingResult]) -> float:
    """Return the suggestions read in vain, for 100 keys."""
    return 100 * sum(r.wrong for r in results) / sum(r.keys for r in results)


def summarise_writing(results: Sequence[WritingResult]) -> list[WritingFinding]:
    """Return the figures of each way, over all stretches and of each group of them."""
    groups: dict[str, Callable[[WritingResult], bool]] = {"all": lambda result: True}
    for language in sorted({result.language_id for result in results}):
        groups[language] = lambda result, language=language: result.language_id == language
    groups["uses other files"] = lambda result: result.crosses
    groups["uses none"] = lambda result: not result.crosses
    ways = list(dict.fromkeys(result.way for result in results))
    return [
        finding
        for group, belongs in groups.items()
        for way in ways
        if (finding := _finding(way, group, [each for each in results if belongs(each)]))
    ]


def _finding(way: str, group: str, results: Sequence[WritingResult]) -> WritingFinding | None:
    base = {each.stretch: each for each in results if each.way == BASE}
    these = [each for each in results if each.way == way]
    if not these:
        return None
    pairs = [(each, base[each.stretch]) for each in these if each.stretch in base]
    paired = bool(pairs) and way != BASE
    keys = sum(each.keys for each in these)
    return WritingFinding(
        way=way,
        group=group,
        stretches=len(these),
        spared=_drawn(these, spared),
        gain=_drawn(pairs, lambda some: _difference(some, spared)) if paired else None,
        wrong=_drawn(these, wrong),
        more_wrong=_drawn(pairs, lambda some: _difference(some, wrong)) if paired else None,
        waited=100 * sum(each.waited for each in these) / keys,
        read=sum(each.read for each in these) / keys,
        ahead=sum(each.ahead for each in these) / keys,
    )


def _difference(
    pairs: Sequence[tuple[WritingResult, WritingResult]],
    figure: Callable[[Sequence[WritingResult]], float],
) -> float:
    return figure([one for one, _ in pairs]) - figure([other for _, other in pairs])


def _drawn(rows: Sequence[_Row], figure: Callable[[Sequence[_Row]], float]) -> Interval:
    draw = random.Random(0)
    values = sorted(figure(draw.choices(rows, k=len(rows))) for _ in range(_DRAWS))
    return Interval(
        value=figure(rows),
        low=values[int(0.025 * _DRAWS)],
        high=values[int(0.975 * _DRAWS)],
        rows=len(rows),
    )
