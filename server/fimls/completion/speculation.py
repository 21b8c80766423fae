"""What follows a suggestion if it is accepted, generated before anybody asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from fimls.completion.generation_cache import GenerationCache, RememberedGeneration
from fimls.completion.post_processing import enough
from fimls.completion.query import Completion, Query
from fimls.errors import FimlsError
from fimls.text import Point, Text

_LINES = 3
"""Lines that are generated ahead."""

Start = Callable[[Query], Awaitable[tuple[RememberedGeneration, str]]]
"""Asks the engine, behind everything else; returns the generation and what it must begin with."""


class Speculation:
    """Generates for each document what would come after what it shows, behind everything else."""

    def __init__(self, memory: GenerationCache, start: Start) -> None:
        """Look ahead for nobody yet; what is generated goes to `memory`, where `start` puts it."""
        self._memory = memory
        self._start = start
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def look(self, query: Query, completion: Completion) -> None:
        """Generate what follows if this answer to a query is accepted, unless that is there."""
        uri, following = query.document.uri, accepted(query, completion)
        if self._memory.find(following) is not None or uri in self._tasks:
            return
        task = asyncio.create_task(self._generate(following))
        self._tasks[uri] = task
        task.add_done_callback(lambda done: self._forget(uri, done))

    def stop(self, uri: str) -> None:
        """Look no further for a document."""
        if (task := self._tasks.pop(uri, None)) is not None:
            task.cancel()

    async def aclose(self) -> None:
        """Stop, and wait until all has ended."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _generate(self, query: Query) -> None:
        try:
            made, typed = await self._start(query)
            async with aclosing(made.running.texts()) as texts:
                async for text in texts:
                    # What ends the line that was accepted does not count.
                    if enough(text[len(typed) :].lstrip("\n"), _LINES):
                        made.running.finish()
                        break
        except FimlsError:
            return  # nobody asked for it

    def _forget(self, uri: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(uri) is task:
            del self._tasks[uri]


def accepted(query: Query, completion: Completion) -> Query:
    """Return the query of an editor that has just inserted the completion."""
    before = query.document.text
    text = completion.text.replace("\n", _line_end(before))
    lines = Text.parse(text).lines
    column = len(lines[-1]) + (completion.start.column if len(lines) == 1 else 0)
    return Query(
        document=query.document.edit(
            before.replace(completion.start, completion.end, text),
            version=query.document.version,
        ),
        cursor=Point(completion.start.line + len(lines) - 1, column),
    )


def _line_end(text: Text) -> str:
    first = text.lines[0]
    return first[len(first.rstrip("\r\n")) :] or "\n"
