"""Many editors at one hub: what they wait for, whether they get the same, what the hub takes.

The hub, the engine and the editors are processes of their own; this one is the editors'. What a
request takes inside the hub is what its editor waits less the time in which the engine works for
that user: the engine that computes nothing says when that was, of others the hub's log does, and
the clock is the machine's.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fimls.bench.hostile_editor import Streams, lags, provoke
from fimls.bench.simulated_editors import Editor, Typing
from fimls.bench.typing_tally import Tally

Report = Callable[[float], None]
"""Called now and then with the share of the run that is over."""

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
