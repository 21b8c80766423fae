"""A stream that is read by a task of its own: leaving it does not break its connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing


class ReadAhead:
    """Reads a source to its end, whether or not somebody reads from it.

    Somebody who is cancelled while waiting for the source would end it, and with it the connection
    that it stands for. A hub's requests are cancelled at every other key, and opening a connection
    costs it more than the request does.
    """

    def __init__(self, source: AsyncGenerator[str, None]) -> None:
        """Begin to read."""
        self._read: asyncio.Queue[str | Exception | None] = asyncio.Queue()
        self._task = asyncio.get_running_loop().create_task(self._run(source))

    async def events(self) -> AsyncGenerator[str, None]:
        """Yield what is read; raises what the source raises."""
        while (event := await self._read.get()) is not None:
            if isinstance(event, Exception):
                raise event
            yield event

    async def wait(self, seconds: float) -> None:
        """Wait for the source's end, for at most so long."""
        await asyncio.wait([self._task], timeout=seconds)

    def close(self) -> None:
        """End the source now."""
        self._task.cancel()

    async def _run(self, source: AsyncGenerator[str, None]) -> None:
        try:
            async with aclosing(source):
                async for event in source:
                    self._read.put_nowait(event)
        except Exception as error:  # for whoever reads
            self._read.put_nowait(error)
        finally:
            self._read.put_nowait(None)
