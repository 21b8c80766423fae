"""Reads a running generation as far as it is shown, and to its end behind an answered request."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, suppress

from fimls.completion.generation_cache import RememberedGeneration
from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings
from fimls.errors import FimlsError
from fimls.settings import CompletionSettings


class EarlyAnswerReader:
    """Reads generations; each is ended in the engine where its completion ends."""

    def __init__(self, limits: CompletionSettings) -> None:
        """Read nothing yet."""
        self._limits = limits
        self._reading_on: set[asyncio.Task[None]] = set()

    async def read(
        self, made: RememberedGeneration, typed: str, around: Surroundings
    ) -> str | None:
        """Return what is generated behind what was typed, to its end, or None if it does not fit.

        If it takes long, the lines that are certain are returned, and the rest goes to memory.

        Raises:
            FimlsError: the engine failed.
        """
        started = time.perf_counter()
        stopping = Stopping.within(around, self._limits)
        async with aclosing(made.running.texts()) as texts:
            async for text in texts:
                if not made.fits(typed):
                    return None
                if stopping.feed(text[len(typed) :], made.running.logprobs):
                    made.running.finish()
                    break
                waited_ms = (time.perf_counter() - started) * 1e3
                if (
                    self._limits.reuse
                    and waited_ms >= self._limits.first_lines_ms
                    and stopping.settled.strip()
                ):
                    task = asyncio.create_task(_read_on(made, typed, stopping))
                    self._reading_on.add(task)
                    task.add_done_callback(self._reading_on.discard)
                    return stopping.settled
        return stopping.shown

    async def aclose(self) -> None:
        """Stop reading."""
        tasks = tuple(self._reading_on)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read_on(made: RememberedGeneration, typed: str, stopping: Stopping) -> None:
    """Read a generation to its end although its request is answered."""
    with suppress(FimlsError):  # the next request for this place meets the engine itself
        async with aclosing(made.running.texts()) as texts:
            async for text in texts:
                if stopping.feed(text[len(typed) :], made.running.logprobs):
                    made.running.finish()
                    break
