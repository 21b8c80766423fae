from __future__ import annotations

import asyncio

import pytest

from fimls.completion import Completion
from fimls.lsp.running_completions import RunningCompletions
from fimls.text import Point

HERE = Point(0, 0)


async def some(text: str) -> list[Completion]:
    return [Completion(text=text, start=HERE, end=HERE)]


@pytest.fixture
async def inflight():
    inflight = RunningCompletions()
    yield inflight
    await inflight.aclose()
    assert not inflight._tasks
    assert not inflight._newest


async def test_work_s_result_is_returned(inflight: RunningCompletions):
    completions = await inflight.run("u", some("a"), timeout_s=10)
    assert completions
    assert completions[0].text == "a"


async def test_work_s_exception_is_raised(inflight: RunningCompletions):
    async def broken() -> list[Completion]:
        raise KeyError

    with pytest.raises(KeyError):
        await inflight.run("u", broken(), timeout_s=10)


async def test_work_that_is_cancelled_from_within_is_nothing(inflight: RunningCompletions):
    async def gives_up() -> list[Completion]:
        raise asyncio.CancelledError

    assert await inflight.run("u", gives_up(), timeout_s=10) == []


async def test_the_newest_run_of_a_document_ends_the_others(inflight: RunningCompletions):
    ended: list[int] = []
    begun = asyncio.Semaphore(0)

    async def endless(number: int) -> list[Completion]:
        begun.release()
        try:
            return await asyncio.Event().wait() and []
        finally:
            ended.append(number)

    runs = [asyncio.create_task(inflight.run("u", endless(n), timeout_s=10)) for n in range(2)]
    other = asyncio.create_task(inflight.run("v", endless(9), timeout_s=10))
    for _ in range(2):
        await begun.acquire()  # the older of the two never begins
    newest = await inflight.run("u", some("new"), timeout_s=10)
    assert [await run for run in runs] == [None, None]
    assert newest
    assert not other.done()
    await asyncio.sleep(0)
    assert ended == [1]
    other.cancel()
    with pytest.raises(asyncio.CancelledError):
        await other


async def test_after_the_deadline_the_work_goes_on_until_a_newer_run(inflight: RunningCompletions):
    ended, idle = asyncio.Event(), asyncio.Event()

    async def endless() -> list[Completion]:
        try:
            return await asyncio.Event().wait() and []
        finally:
            ended.set()

    async def wait_for_idle() -> None:
        await inflight.idle()
        idle.set()

    with pytest.raises(TimeoutError):
        await inflight.run("u", endless(), timeout_s=0.001)
    waiting = asyncio.create_task(wait_for_idle())
    await asyncio.sleep(0.01)
    assert not ended.is_set()
    assert not idle.is_set()  # it still keeps the engine busy

    await inflight.run("u", some("new"), timeout_s=10)
    await asyncio.wait_for(ended.wait(), 10)
    await asyncio.wait_for(waiting, 10)


async def test_a_failure_nobody_waits_for_is_no_noise(
    inflight: RunningCompletions, caplog: pytest.LogCaptureFixture
):
    begun = asyncio.Event()

    async def fails_when_cancelled() -> list[Completion]:
        begun.set()
        try:
            return await asyncio.Event().wait() and []
        except asyncio.CancelledError:
            raise KeyError from None

    older = asyncio.create_task(inflight.run("u", fails_when_cancelled(), timeout_s=10))
    await begun.wait()
    await inflight.run("u", some("new"), timeout_s=10)
    assert await older is None
    await inflight.aclose()
    assert not caplog.records
