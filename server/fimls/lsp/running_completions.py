"""The completions that run: at most one for a document, each with a deadline."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from fimls.completion import Completion


class RunningCompletions:
    """Runs completions so that nobody waits for one that is no longer wanted."""

    def __init__(self) -> None:
        """Start with none."""
        self._newest: dict[str, _Run] = {}
        self._tasks: set[asyncio.Task[list[Completion]]] = set()

    async def run(
        self, uri: str, work: Coroutine[Any, Any, list[Completion]], *, timeout_s: float
    ) -> list[Completion] | None:
        """Return what `work` returns, or None as soon as a newer run for the document starts.

        The work is cancelled when it is superseded or its caller is cancelled; how long it takes to
        end after that delays nobody. After the deadline it goes on: a later run may find it done.

        Raises:
            TimeoutError: the deadline passed first.
        """
        run = _Run(task=asyncio.create_task(work), answer=asyncio.Future())
        self._tasks.add(run.task)
        run.task.add_done_callback(self._tasks.discard)
        run.task.add_done_callback(run.hand_over)
        run.task.add_done_callback(lambda _: self._forget(uri, run))
        if (older := self._newest.get(uri)) is not None:
            older.give_up()
        self._newest[uri] = run
        try:
            async with asyncio.timeout(timeout_s):
                return await run.answer
        except TimeoutError:
            raise
        except BaseException:
            run.task.cancel()
            raise

    async def idle(self) -> None:
        """Return when no completion runs."""
        while self._newest:
            await asyncio.wait([run.task for run in self._newest.values()])
            await asyncio.sleep(0)  # each run takes itself off when it has ended

    def _forget(self, uri: str, run: _Run) -> None:
        if self._newest.get(uri) is run:
            del self._newest[uri]

    async def aclose(self) -> None:
        """Cancel all and wait until they have ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Work, and the answer its caller waits for: the two may end at different times."""

    task: asyncio.Task[list[Completion]]
    answer: asyncio.Future[list[Completion] | None]

    def give_up(self) -> None:
        if not self.answer.done():
            self.answer.set_result(None)
        self.task.cancel()

    def hand_over(self, task: asyncio.Task[list[Completion]]) -> None:
        # Asking for the exception also marks it as seen, should nobody wait any more.
        error = None if task.cancelled() else task.exception()
        if self.answer.done():
            return
        if error is not None:
            self.answer.set_exception(error)
        else:
            self.answer.set_result([] if task.cancelled() else task.result())
