"""Many editors at one hub: what they wait for, whether they get the same, what the hub takes.

The hub, the engine and the editors are processes of their own; this one is the editors'. What a
request takes inside the hub is what its editor waits less the time in which the engine works for
that user: the engine that computes nothing says when that was, of others the hub's log does, and
the clock is the machine's.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from fimls.bench.hostile_editor import Streams, lags, provoke
from fimls.bench.report import percentile
from fimls.bench.simulated_editors import Answered, Editor, Tally, Typing

Spans = Mapping[str, Sequence[tuple[float, float, int]]]
"""User -> when the engine worked for them: from, to, and the priority it had."""

Report = Callable[[float], None]
"""Called now and then with the share of the run that is over."""

_SOURCES = ("memory", "running", "engine")
_SHARES = (("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99))
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4_096
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who types, and how.

    Attributes:
        users: names and tokens; each has one editor.
        seconds: how long they type.
        keys_per_s: how fast each of them types.
        greedy: editors that the first user has beside their own, in the second half.
        settings: that every editor sends.
        hostile: whether one more editor of the first user sends, in the second half, what is worst.
    """

    users: Sequence[tuple[str, str | None]]
    seconds: float
    keys_per_s: float = 5.0
    greedy: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    hostile: bool = False


@dataclass(slots=True)
class Run:
    """What was seen.

    Attributes:
        tally: what the editors saw.
        began: when they began to type; moments are of the machine's monotonic clock.
        half: when the second half began.
        ended: when they ended.
        resident: moments, and the hub's resident memory in bytes.
        alone: the hub's resident memory with one editor.
        cpu: share of a processor that the hub took in the second half, when all had begun.
        lags: moments, and how many milliseconds the hub took to answer what asks for nothing.
        attacked: answers that the hostile editor got.
    """

    tally: Tally = field(default_factory=Tally)
    began: float = 0.0
    half: float = 0.0
    ended: float = 0.0
    resident: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    alone: int = 0
    cpu: float = 0.0
    lags: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    attacked: int = 0


async def crowd(
    connect: Callable[[Callable[[], Editor]], Any],
    pid: int | None,
    typing: Sequence[Typing],
    who: Crowd,
    report: Report = lambda _: None,
    streams: Callable[[], Awaitable[Streams]] | None = None,
) -> Run:
    """Let them type, and return what was seen.

    Args:
        connect: connects an editor: takes its factory and returns what is to be awaited.
        pid: the hub's process, whose memory and processor time are looked at, if it is here.
        typing: what they type.
        who: they.
        report: told how far it is.
        streams: connects a hostile editor, and one that looks how busy the hub is.
    """
    run = Run()

    async def editor(number: int, until: float, delay_s: float) -> None:
        user, token = who.users[number if number < len(who.users) else 0]
        options: dict[str, Any] = {**who.settings, **({"hub": {"token": token}} if token else {})}

        def make() -> Editor:
            return Editor(
                user,
                typing,
                run.tally,
                keys_per_s=who.keys_per_s,
                options=options,
                seed=number,
                cancels=number % 2 == 0,
            )

        await asyncio.sleep(delay_s)
        try:
            _, made = await connect(make)
            await made.run(until)
        except (OSError, TimeoutError) as error:
            run.tally.error(f"{type(error).__name__}: {error}")

    # One editor first, so that what all of them share is there, and is nobody's.
    await editor(0, time.monotonic() + 3.0, 0.0)
    run.alone = resident(pid)
    run.tally = Tally(errors=run.tally.errors)
    run.began = time.monotonic()
    run.half, run.ended = run.began + who.seconds / 2, run.began + who.seconds
    before = math.nan
    rush_s = min(5.0, who.seconds / 10)
    count = len(who.users)
    tasks = [asyncio.create_task(editor(n, run.ended, rush_s * n / count)) for n in range(count)]
    tasks += [
        asyncio.create_task(editor(count + n, run.ended, who.seconds / 2))
        for n in range(who.greedy)
    ]
    if who.hostile and streams is not None:
        tasks += [asyncio.create_task(each) for each in _hostile(run, who, streams)]
    while (now := time.monotonic()) < run.ended:
        run.resident.append((now, resident(pid)))
        if now >= run.half and math.isnan(before):
            run.half, before = now, cpu_s(pid)
        report((now - run.began) / who.seconds)
        await asyncio.sleep(min(0.1 if who.hostile else 1.0, max(0.01, run.ended - now)))
    run.cpu = (cpu_s(pid) - before) / (time.monotonic() - run.half)
    await asyncio.gather(*tasks)
    report(1.0)
    return run


def _hostile(
    run: Run, who: Crowd, streams: Callable[[], Awaitable[Streams]]
) -> Iterable[Coroutine[Any, Any, None]]:
    token = who.users[0][1]
    options: dict[str, Any] = {**who.settings, **({"hub": {"token": token}} if token else {})}

    async def provoking() -> None:
        await asyncio.sleep(run.half - time.monotonic())
        run.attacked = await provoke(streams, options, run.ended)

    async def looking() -> None:
        run.lags = await lags(streams, options, run.ended)

    return provoking(), looking()


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


def resident(pid: int | None) -> int:
    """Return the resident memory of a process in bytes, 0 where this system does not say."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def cpu_s(pid: int | None) -> float:
    """Return the processor time that a process has taken, 0 where this system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return math.nan
    return (int(fields[11]) + int(fields[12])) / _TICKS


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
