"""From results to figures: both ways, and their difference, for each set and kind of cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from fimls.confidence_intervals import Interval, paired_difference, wilson
from fimls.evaluation.cursors import CURSORS
from fimls.evaluation.hole_runner import Plan
from fimls.evaluation.result_file import Records, Result

MEASURES: dict[str, Callable[[Result], bool | None]] = {
    "exact match": lambda result: result.exact,
    "pass@1": lambda result: result.passed,
}
"""What is counted: the completion is the rest of the middle; the row's test passes with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One measure at one kind of cursor in one set.

    Attributes:
        set: name of the set.
        cursor: kind of the cursor.
        measure: one of `MEASURES`.
        pipeline: share in percent with all of fimls.
        other: share in percent with what it is compared with, on the same rows.
        difference: pipeline minus other, in percentage points.
        pipeline_tokens: generated tokens a completion with all of fimls, on average.
        other_tokens: the same with what it is compared with.
    """

    set: str
    cursor: str
    measure: str
    pipeline: Interval
    other: Interval
    difference: Interval
    pipeline_tokens: float
    other_tokens: float


def summarise(plan: Plan, records: Records[Result]) -> list[CheckResult]:
    """Return the figures of the plan's rows for which both ways have results."""
    findings: list[CheckResult] = []
    for holes in plan.sets:
        rows = {row.task_id: plan.cases(row) for row in holes.rows}
        for cursor in CURSORS:
            pairs: list[tuple[Result, ...]] = []
            for task, cases in rows.items():
                keys = [(holes.name, task, cursor, way) for way in plan.ways]
                if cursor in cases and all(key in records for key in keys):
                    pairs.append(tuple(records[key] for key in keys))
            for measure, of in MEASURES.items():
                counted = [tuple(map(of, pair)) for pair in pairs]
                both = [(bool(p), bool(r)) for p, r in counted if p is not None and r is not None]
                if both:
                    tokens = tuple(
                        fmean(result.tokens for result in way) for way in zip(*pairs, strict=True)
                    )
                    findings.append(_finding(holes.name, cursor, measure, both, tokens))
    return findings


def _finding(
    name: str,
    cursor: str,
    measure: str,
    both: Sequence[tuple[bool, bool]],
    tokens: Sequence[float],
) -> CheckResult:
    return CheckResult(
        set=name,
        cursor=cursor,
        measure=measure,
        pipeline=wilson(sum(pipeline for pipeline, _ in both), len(both)),
        other=wilson(sum(other for _, other in both), len(both)),
        difference=paired_difference(both),
        pipeline_tokens=tokens[0],
        other_tokens=tokens[1],
    )
