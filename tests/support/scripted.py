"""A completion service that does what a test says, in place of engine and tokenizer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fimls.completion import Completion, Query
from fimls.settings import Settings


class ScriptedService:
    """Answers with `act(query)`: a text, an exception to raise, or something to await for these.

    Attributes:
        queries: what was asked.
        cancelled: how many queries were cancelled.
        closed: whether it was closed.
        prepared: how many times preparing it was begun.
        preparation: cleared, it keeps preparing from ending.
        ready: never: every request has it prepared.
        forgotten: documents that were closed.
    """

    ready = False
    waits_for = ""

    def __init__(self, settings: Settings | None = None, act: Callable[[Query], Any] = str):
        self.settings = settings or Settings()
        self.act = act
        self.queries: list[Query] = []
        self.cancelled = 0
        self.closed = False
        self.prepared = 0
        self.forgotten: list[str] = []
        self.prepare_error: Exception | None = None
        self.preparation = asyncio.Event()
        self.preparation.set()
        self.asked = asyncio.Semaphore(0)

    async def prepare(self) -> None:
        self.prepared += 1
        await self.preparation.wait()
        if self.prepare_error is not None:
            raise self.prepare_error

    def forget(self, uri: str) -> None:
        self.forgotten.append(uri)

    async def complete(self, query: Query) -> list[Completion]:
        assert not self.closed
        self.queries.append(query)
        self.asked.release()
        try:
            result = self.act(query)
            if asyncio.isfuture(result) or asyncio.iscoroutine(result):
                result = await result
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(result, BaseException):
            raise result
        if not result:
            return []
        return [Completion(text=result, start=query.cursor, end=query.cursor)]

    async def aclose(self) -> None:
        self.closed = True


async def forever(*_: object) -> None:
    """Never return."""
    await asyncio.Event().wait()
