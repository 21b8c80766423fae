from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from fimls.backend.read_ahead import ReadAhead


class Source:
    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.ended = asyncio.Event()
        self.error: Exception | None = None

    async def events(self) -> AsyncGenerator[str, None]:
        try:
            yield "a"
            await self.go_on.wait()
            if self.error:
                raise self.error
            yield "b"
        finally:
            self.ended.set()


async def test_everything_is_read_in_order() -> None:
    source = Source()
    source.go_on.set()
    assert [event async for event in ReadAhead(source.events()).events()] == ["a", "b"]


async def test_a_reader_that_is_cancelled_does_not_end_the_source() -> None:
    source = Source()
    ahead = ReadAhead(source.events())

    async def read() -> None:
        async for _ in ahead.events():
            pass

    reader = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    reader.cancel()
    await asyncio.wait([reader])
    assert not source.ended.is_set()

    source.go_on.set()
    await ahead.wait(5)
    assert source.ended.is_set()


async def test_closing_ends_the_source() -> None:
    source = Source()
    ahead = ReadAhead(source.events())
    await asyncio.sleep(0.01)
    await ahead.wait(0.01)
    ahead.close()
    await asyncio.wait_for(source.ended.wait(), 5)


async def test_what_the_source_raises_is_raised_once_what_came_before_is_read() -> None:
    source = Source()
    source.error = ValueError("broken")
    source.go_on.set()
    read: list[str] = []

    async def take() -> None:
        async for event in ReadAhead(source.events()).events():
            read.append(event)

    with pytest.raises(ValueError, match="broken"):
        await take()
    assert read == ["a"]
