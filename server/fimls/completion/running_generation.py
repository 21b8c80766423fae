"""A generation in a task of its own, so that it can outlive the request that began it.

While one types through a suggestion that is still being generated, each key cancels a request and
makes the next: the generation they share goes on, and each reads what fits its own text.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from fimls.backend.base import Usage
from fimls.completion.generated_text import GeneratedText
from fimls.completion.query import Timing
from fimls.metrics import Meter

GRACE_S = 0.02
"""How long a generation that nobody reads goes on: editors cancel a request and send the next."""


class RunningGeneration:
    """One generation; it starts at once.

    Attributes:
        text: what is generated so far.
        logprobs: its last tokens with the logarithms of their probabilities, if they were asked.
        usage: what the engine counted so far.
        whole: whether the model ended its answer itself: there is nothing more to say.
        given_up: whether it was ended before its text was enough for anybody.
        priority: the engine's priority for it, or None.
    """

    def __init__(
        self,
        steps: AsyncGenerator[GeneratedText, None],
        *,
        priority: int | None = None,
        grace_s: float = GRACE_S,
        meter: Meter | None = None,
    ) -> None:
        """Begin to read the steps."""
        self.text = ""
        self.logprobs: tuple[tuple[str, float], ...] = ()
        self.usage = Usage()
        self.whole = False
        self.given_up = False
        self.priority = priority
        self._grace_s = grace_s
        self._meter = meter or Meter()
        self._used = 0
        self._over = False
        self._error: Exception | None = None
        self._readers = 0
        self._leaving: asyncio.TimerHandle | None = None
        self._news = asyncio.Event()
        self._started = time.perf_counter()
        self._first: float | None = None
        self._last = self._started
        self._task: asyncio.Task[None] | None = asyncio.create_task(self._run(steps))
        self._task.add_done_callback(self._done)

    @property
    def ended(self) -> bool:
        """Whether no more text comes."""
        return self._over

    @property
    def began(self) -> bool:
        """Whether a first token came."""
        return self._first is not None

    @property
    def timing(self) -> Timing:
        """How long it took so far."""
        first = None if self._first is None else (self._first - self._started) * 1e3
        return Timing(first_token_ms=first, total_ms=(self._last - self._started) * 1e3)

    async def texts(self) -> AsyncGenerator[str, None]:
        """Yield the text so far, and again whenever there is more, until it ends.

        When its last reader leaves, the generation goes on for the grace only.

        Raises:
            FimlsError: the engine failed.
        """
        self._readers += 1
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
        try:
            while True:
                ended, news = self.ended, self._news
                if self._error is not None:
                    raise self._error
                yield self.text
                if ended:
                    break
                await news.wait()
        finally:
            self._readers -= 1
            if not self._readers and not self.ended:
                self._leaving = asyncio.get_running_loop().call_later(self._grace_s, self.give_up)

    def finish(self) -> None:
        """End it, in the engine too: what there is, is enough."""
        self._over = True
        if self._task is not None:
            self._task.cancel()

    def give_up(self) -> None:
        """End it, in the engine too; its text may be cut anywhere."""
        if not self.ended:
            self.given_up = True
            self._meter.given_up()
        self.finish()

    def used(self) -> None:
        """Take note that something of what is generated so far is shown."""
        before, self._used = self._used, max(self._used, self.usage.completion_tokens)
        self._meter.used(self._used - before)

    async def aclose(self) -> None:
        """Give it up and wait until it has ended."""
        self.give_up()
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self, steps: AsyncGenerator[GeneratedText, None]) -> None:
        try:
            async with aclosing(steps):
                async for step in steps:
                    if self._over:
                        break
                    self._last = time.perf_counter()
                    self._first = self._first or self._last
                    # As the editor's text is compared: line ends are one character.
                    self.text = step.text.replace("\r\n", "\n").replace("\r", "\n")
                    self.logprobs = step.logprobs
                    self.usage = step.usage
                    self.whole = step.finish_reason == "stop"
                    self._tell()
        except Exception as error:  # its readers raise it
            self._error, self.given_up = error, True
        finally:
            if self._leaving is not None:
                self._leaving.cancel()

    def _done(self, _: asyncio.Task[None]) -> None:
        # A task that was cancelled keeps the frames it was in: the answer's bytes, the request and
        # all that was parsed of them. What is remembered for long must not hold on to that.
        self._task = None
        self._over = True
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
