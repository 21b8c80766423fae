"""What is remembered of texts, apart for each session."""

from __future__ import annotations

import asyncio
from contextvars import copy_context

from fimls.session_memo import Memories, is_in, remembered


async def test_each_session_remembers_for_itself() -> None:
    read: list[str] = []

    @remembered(2)
    def length(text: str) -> int:
        read.append(text)
        return len(text)

    async def session(memories: Memories) -> list[str]:
        is_in(memories)
        read.clear()
        assert await asyncio.create_task(asyncio.to_thread(length, "a")) == 1
        assert length("a") == 1
        return [*read]

    mine: Memories = {}
    assert [await asyncio.create_task(session(each)) for each in (mine, {}, mine)] == [
        ["a"],
        ["a"],
        [],
    ]


def test_a_memory_is_bounded() -> None:
    read: list[str] = []

    @remembered(2)
    def length(text: str) -> int:
        read.append(text)
        return len(text)

    memories: Memories = {}

    def ask() -> None:
        is_in(memories)
        for text in ("a", "b", "c", "c", "a"):
            length(text)

    copy_context().run(ask)
    assert read == ["a", "b", "c", "a"]
    assert len(memories) == 1
