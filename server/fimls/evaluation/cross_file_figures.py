"""The figures of `fimls eval cross-file`: what was found, and what it was worth."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fimls.confidence_intervals import Interval
from fimls.evaluation.cross_file import KINDS
from fimls.evaluation.cross_file_run import CommitResult, SiteResult

_DRAWS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFinding:
    """Figures of one kind; gains are in points, paired, with 95 % bootstrap intervals over files.

    Attributes:
        kind: of the sites.
        sites: how many.
        present: share of them that have a block, in percent.
        named: share in whose block the wanted name stands, in percent.
        tokens: of a block, on average.
        search_ms: median of the search.
        asked: sites that were asked both ways.
        exact: gain of right lines.
        first: gain of right first names.
        won: lines that are right with it alone.
        lost: lines that are right without it alone.
        unchanged: whether every prompt without a block was the one without context.
    """

    kind: str
    sites: int
    present: float
    named: float
    tokens: float
    search_ms: float
    asked: int
    exact: Interval | None
    first: Interval | None
    won: int
    lost: int
    unchanged: bool


def summarise_sites(commits: Iterable[CommitResult]) -> list[SiteFinding]:
    """Return the figures of each kind."""
    results = [
        (f"{commit.key} {result.path}", result) for commit in commits for result in commit.results
    ]
    return [
        _finding(kind, these)
        for kind in KINDS
        if (these := [(file, result) for file, result in results if result.kind == kind])
    ]


def _finding(kind: str, these: Sequence[tuple[str, SiteResult]]) -> SiteFinding:
    shown = [result for _, result in these if result.tokens]
    asked = [result for result in shown if result.exact and result.first]
    # Where nothing is shown both ways are one.
    whole = bool(shown) and len(asked) == len(shown)
    times = sorted(result.search_ms for _, result in these)
    exact = [(file, result.exact or (False, False)) for file, result in these]
    first = [(file, result.first or (False, False)) for file, result in these]
    return SiteFinding(
        kind=kind,
        sites=len(these),
        present=100 * len(shown) / len(these),
        named=100 * sum(result.named for _, result in these) / len(these),
        tokens=sum(result.tokens for result in shown) / max(1, len(shown)),
        search_ms=times[len(times) // 2],
        asked=len(asked),
        exact=_gain(exact) if whole else None,
        first=_gain(first) if whole else None,
        won=sum(pair[0] and not pair[1] for _, pair in exact),
        lost=sum(pair[1] and not pair[0] for _, pair in exact),
        unchanged=all(result.same for _, result in these),
    )


def _gain(pairs: Sequence[tuple[str, tuple[bool, bool]]]) -> Interval:
    """Return the mean difference in points; files are drawn, as sites of one are alike."""
    of_files = dict[str, list[int]]()
    for path, (one, other) in pairs:
        of_files.setdefault(path, []).append(int(one) - int(other))
    draw, groups = random.Random(0), list(of_files.values())
    means = list[float]()
    for _ in range(_DRAWS):
        drawn = [value for group in draw.choices(groups, k=len(groups)) for value in group]
        means.append(100 * sum(drawn) / len(drawn))
    means.sort()
    values = [value for group in groups for value in group]
    return Interval(
        value=100 * sum(values) / len(values),
        low=means[int(0.025 * _DRAWS)],
        high=means[int(0.975 * _DRAWS)],
        rows=len(values),
    )
