"""When a hub looks for cycles of objects: after somebody left, and never all of them before."""

from __future__ import annotations

import asyncio
import gc
import weakref

from fimls.hub.garbage_collection import GarbageCollection


class Cycle:
    def __init__(self) -> None:
        self.myself = self


async def _gone(cycle: weakref.ref[Cycle]) -> None:
    async with asyncio.timeout(5):
        while cycle() is not None:
            await asyncio.sleep(0.001)


def _old_cycle() -> weakref.ref[Cycle]:
    cycle = Cycle()
    gc.collect(1)  # it is among the old ones from now on
    return weakref.ref(cycle)


async def test_what_an_editor_left_is_found_at_once_where_nobody_would_notice():
    garbage = GarbageCollection(quiet=lambda: True)
    garbage.start()
    cycle = _old_cycle()
    garbage.left()
    await _gone(cycle)
    await garbage.aclose()


async def test_while_others_type_many_who_leave_are_one_search():
    searches: list[str] = []
    garbage = GarbageCollection(quiet=lambda: False, wait_s=0.05)
    garbage.start()
    cycle = _old_cycle()
    gc.callbacks.append(
        lambda phase, info: searches.append(phase) if info["generation"] == 2 else None
    )
    try:
        for _ in range(10):
            garbage.left()
            await asyncio.sleep(0)
        assert cycle() is not None
        await _gone(cycle)
        await asyncio.sleep(0.1)
    finally:
        gc.callbacks.pop()
    await garbage.aclose()
    assert searches == ["start", "stop"]


async def test_what_errors_leave_behind_is_found_although_nobody_leaves():
    garbage = GarbageCollection(quiet=lambda: False, every_s=0.05)
    garbage.start()
    await _gone(_old_cycle())
    await garbage.aclose()


async def test_python_searches_all_again_when_it_has_ended():
    before = gc.get_threshold()
    garbage = GarbageCollection(quiet=lambda: True)
    garbage.start()
    assert gc.get_threshold()[2] > 10**5
    await garbage.aclose()
    assert gc.get_threshold() == before
