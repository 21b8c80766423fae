"""What many editors at one hub saw, as figures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from fimls.bench.hub import Crowd, Run
from fimls.bench.report import percentile
from fimls.bench.typing_tally import Answered

Spans = Mapping[str, Sequence[tuple[float, float, int]]]
"""User -> when the engine worked for them: from, to, and the priority it had."""


_SOURCES = ("memory", "running", "engine")


_SHARES = (("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99))


def summarize(run: Run, who: Crowd, spans: Spans | None) -> dict[str, Any]:
    """Return the figures.

    Args:
        run: what was seen.
        who: typed.
        spans: when the engine worked for whom, or None where it does not say.
    """
    tally, answers = run.tally, run.tally.answers
    shown = [each for each in answers if each.outcome == "shown"]
    others = [each for each in shown if each.user != who.users[0][0]]
    early = [each for each in others if each.sent < run.half]
    late = [each for each in others if each.sent >= run.half]
    overhead = (
        None if spans is None else [inside_ms(each, spans) for each in answers if _ends(each)]
    )
    editors = len(who.users) + who.greedy
    late_keys = [each for each in answers if each.sent >= run.half]
    sizes = [(t, size) for t, size in run.resident if t >= run.half]
    return {
        "editors": editors,
        "seconds": who.seconds,
        "keys": tally.keys,
        "outcomes": {
            outcome: sum(each.outcome == outcome for each in answers)
            for outcome in ("shown", "empty", "superseded")
        },
        "errors": dict(tally.errors),
        "lost": tally.lost,
        "stale": tally.stale,
        "ms": {
            source: percentiles([each.ms for each in shown if each.source == source])
            for source in _SOURCES
        },
        "overhead_ms": None if overhead is None else percentiles(overhead),
        "fairness": jain(_shares_shown(answers)),
        "others_ms": {
            "first half": percentiles([each.ms for each in early]),
            "second half": percentiles([each.ms for each in late]),
        },
        "others_by_source_ms": {
            half: {
                source: percentiles([each.ms for each in those if each.source == source])
                for source in _SOURCES
            }
            for half, those in (("first half", early), ("second half", late))
        },
        "memory": {
            "alone_mb": run.alone / 1e6,
            "most_mb": max((size for _, size in run.resident), default=0) / 1e6,
            "mb": [
                round(size / 1e6, 1) for _, size in run.resident[:: max(1, len(run.resident) // 40)]
            ],
            "mb_per_editor": (sizes[-1][1] - run.alone) / 1e6 / max(1, editors - 1)
            if sizes
            else None,
            "second_half_mb_per_min": slope(sizes) * 60 / 1e6 if len(sizes) > 1 else None,
        },
        "hostile": _caused(run) if who.hostile else None,
        "hub_cpu": run.cpu,
        "hub_cpu_ms_per_key": run.cpu * who.seconds / 2 / max(1, len(late_keys)) * 1e3,
    }


def _caused(run: Run) -> dict[str, Any]:
    """Return what the hostile editor caused: in the second half, beside the first."""
    before = max((size for t, size in run.resident if t < run.half), default=0)
    most = max((size for t, size in run.resident if t >= run.half), default=0)
    return {
        "answered": run.attacked,
        "resident_mb": (most - before) / 1e6,
        "lag_ms": {
            "first half": percentiles([ms for t, ms in run.lags if t < run.half]),
            "second half": percentiles([ms for t, ms in run.lags if t >= run.half]),
        },
    }


def inside_ms(answer: Answered, spans: Spans) -> float:
    """Return how long a request was in the hub while the engine did not work for its user.

    What is generated ahead counts as work for the request only if its answer is read from a
    generation that was running.
    """
    ahead = answer.source == "running"
    worked, at = 0.0, answer.sent
    mine = sorted(spans.get(answer.user, ())) if answer.source != "memory" else []
    for start, end, priority in mine:
        if (ahead or priority >= 0) and end > at and start < answer.received:
            worked += min(end, answer.received) - max(start, at)
            at = max(at, min(end, answer.received))
    return answer.ms - worked * 1e3


def percentiles(values: Sequence[float]) -> dict[str, float | int]:
    """Return how many there are, and their percentiles."""
    ordered = sorted(values)
    figures: dict[str, float | int] = {"count": len(ordered)}
    if ordered:
        figures |= {name: percentile(ordered, share) for name, share in _SHARES}
        figures["max"] = ordered[-1]
    return figures


def jain(values: Sequence[float]) -> float | None:
    """Return Jain's fairness index: 1 where all have the same, 1/n where one has everything."""
    squares = len(values) * sum(value * value for value in values)
    return sum(values) ** 2 / squares if squares else None


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return by how much a value grows in a second, by least squares."""
    mean_t = sum(t for t, _ in points) / len(points)
    mean_v = sum(v for _, v in points) / len(points)
    over = sum((t - mean_t) ** 2 for t, _ in points)
    return sum((t - mean_t) * (v - mean_v) for t, v in points) / over if over else 0.0


def spans_of(answer: Mapping[str, Any], keys: Mapping[str, str]) -> Spans:
    """Return spans by user, from what the engine says of its cache namespaces.

    Args:
        answer: of `fimls.bench.fake_engine`, at ``/spans``.
        keys: namespace -> user.
    """
    found: dict[str, list[tuple[float, float, int]]] = {}
    for key, start, end, priority in cast("list[tuple[str, float, float, int]]", answer["spans"]):
        if key in keys:
            found.setdefault(keys[key], []).append((start, end, priority))
    return found


def spans_of_log(lines: Iterable[str], *, ahead_s: float) -> Spans:
    """Return spans by user, from what a hub logs as JSON of the generations that it asked for.

    A span is what the hub waited for the engine, its own delay in reading the answer included.

    Args:
        lines: of the log.
        ahead_s: by how much the machine's monotonic clock is ahead of the time of day, in seconds.
    """
    found: dict[str, list[tuple[float, float, int]]] = {}
    for line in lines:
        entry = json.loads(line)
        if "kind" in entry and "user" in entry:
            end = datetime.fromisoformat(entry["time"]).timestamp() + ahead_s
            priority = 0 if entry["kind"] == "completion" else -1
            found.setdefault(entry["user"], []).append((end - entry["ms"] / 1e3, end, priority))
    return found


def _ends(answer: Answered) -> bool:
    return answer.outcome in ("shown", "empty")


def _shares_shown(answers: Sequence[Answered]) -> list[float]:
    """Return, for each user, which share of the requests got an answer of their own."""
    by_user: dict[str, list[bool]] = {}
    for each in answers:
        by_user.setdefault(each.user, []).append(_ends(each))
    return [sum(each) / len(each) for each in by_user.values()]
