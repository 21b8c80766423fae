"""Warm-ups: after a pause, one at a time, behind completions, and gone when something happens."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from fimls.completion import Completion
from fimls.errors import BackendUnreachable
from fimls.lsp.running_completions import RunningCompletions
from fimls.lsp.warm_up import WarmUp, moved
from fimls.text import Document, Point, Text

LONG = 3_600.0
HERE = Point(0, 1)


def document(uri: str = "file:///a.py") -> Document:
    return Document(uri=uri, language_id="python", version=1, text=Text.parse("a\nb"))


class Engine:
    """Remembers what was warmed; `proceed` lets the warm-ups end."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, Point | None]] = []
        self.ended: list[str] = []
        self.proceed = asyncio.Event()
        self.error: Exception | None = None

    async def warm(self, asked: Document, cursor: Point | None) -> None:
        self.begun.append((asked.uri, cursor))
        try:
            await self.proceed.wait()
            if self.error is not None:
                raise self.error
            self.ended.append("done")
        except asyncio.CancelledError:
            self.ended.append("cancelled")
            raise


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_it_waits_for_a_pause_and_only_the_last_place_counts() -> None:
    engine = Engine()
    warm_up = WarmUp(engine.warm, RunningCompletions().idle)
    warm_up.soon(document(), HERE, delay_s=LONG)
    await settle()
    assert engine.begun == []
    warm_up.soon(document("file:///b.py"), None, delay_s=0)
    await settle()
    assert engine.begun == [("file:///b.py", None)]
    engine.proceed.set()
    await settle()
    assert engine.ended == ["done"]


async def test_a_newer_one_ends_the_one_that_runs() -> None:
    engine = Engine()
    warm_up = WarmUp(engine.warm, RunningCompletions().idle)
    warm_up.soon(document(), HERE, delay_s=0)
    await settle()
    warm_up.soon(document(), Point(1, 0), delay_s=0)
    await settle()
    assert [cursor for _, cursor in engine.begun] == [HERE, Point(1, 0)]
    assert engine.ended == ["cancelled"]
    await warm_up.aclose()
    assert engine.ended == ["cancelled", "cancelled"]


async def test_it_is_not_begun_while_a_completion_waits() -> None:
    engine, inflight, answered = Engine(), RunningCompletions(), asyncio.Event()

    async def complete() -> list[Completion]:
        await answered.wait()
        return []

    run = asyncio.ensure_future(inflight.run("file:///b.py", complete(), timeout_s=LONG))
    await settle()
    warm_up = WarmUp(engine.warm, inflight.idle)
    warm_up.soon(document(), HERE, delay_s=0)
    await settle()
    assert engine.begun == []
    answered.set()
    await run
    await settle()
    assert engine.begun == [("file:///a.py", HERE)]
    await warm_up.aclose()


async def test_an_engine_that_is_down_is_nobodys_concern(caplog: pytest.LogCaptureFixture) -> None:
    engine = Engine()
    engine.error = BackendUnreachable("it is down")
    engine.proceed.set()
    warm_up = WarmUp(engine.warm, RunningCompletions().idle)
    with caplog.at_level("INFO"):
        warm_up.soon(document(), HERE, delay_s=0)
        await settle()
    await warm_up.aclose()
    assert engine.begun
    assert not caplog.records


def test_the_notification_names_a_place() -> None:
    params = {"textDocument": {"uri": "file:///a"}, "position": {"line": 3, "character": 4}}
    assert moved(params) == ("file:///a", 3, 4)
    with pytest.raises(ValueError, match="lacks a document or a position"):
        moved(SimpleNamespace(textDocument=None))
