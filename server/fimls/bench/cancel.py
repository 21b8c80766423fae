"""How long an engine goes on with a generation that a newer keystroke has made useless."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

from fimls.completion import CompletionService, Query
from fimls.errors import FimlsError
from fimls.text import Document, Text

Running = Callable[[], Awaitable[int]]
"""How many requests the engine runs at this moment."""

_TEXT = 'HELP = """Usage of the command:\n\n    '
"""A text that nothing but the model ends."""


class TooShortError(FimlsError):
    """A generation ended by itself before it could be cancelled."""


async def measure(
    service: CompletionService,
    running: Running,
    *,
    rounds: int,
    seed: int = 0,
    report: Callable[[], None] = lambda: None,
) -> list[float]:
    """Return, for each round, the ms from a newer key until the older generation is gone.

    The engine must be idle otherwise. The key brings no request that would itself run in the
    engine: one that does ends the older generation sooner, as it need not be waited for.
    """
    choose = random.Random(seed)
    times: list[float] = []
    too_short = 0
    await _until(running, 0)
    while len(times) < rounds:
        letter = choose.choice("abcdefghijklmnopqrstuvwxyz")
        older = asyncio.create_task(
            service.complete(_query(f"file:///{len(times)}/{too_short}.py", letter))
        )
        await _until(running, 1, unless=older)
        await asyncio.sleep(choose.uniform(0, 0.1))
        if older.done():
            too_short += 1
            if too_short > rounds:
                raise TooShortError(
                    "The model writes everything before the next keystroke: serve a slower or"
                    " more talkative one."
                )
            continue
        started = time.perf_counter()
        older.cancel()
        await asyncio.wait([older])
        await _until(running, 0)
        times.append((time.perf_counter() - started) * 1e3)
        report()
    return times


async def time_to_ask(running: Running, *, times: int = 20) -> float:
    """Return the median ms that the engine takes to say what it runs."""
    taken: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        await running()
        taken.append((time.perf_counter() - started) * 1e3)
    return statistics.median(taken)


def _query(uri: str, letter: str) -> Query:
    text = Text.parse(_TEXT + letter)
    document = Document(uri=uri, language_id="python", version=1, text=text)
    return Query(document=document, cursor=text.end)


async def _until(running: Running, wanted: int, *, unless: asyncio.Task[Any] | None = None) -> None:
    async with asyncio.timeout(60):
        # The engine tells nobody: it has to be asked.
        while await running() != wanted and not (unless and unless.done()):  # noqa: ASYNC110
            await asyncio.sleep(0.002)
