from __future__ import annotations

import asyncio
import contextlib

import pytest

from fimls.backend.base import Priority
from fimls.errors import BackendBusy
from fimls.hub.fair_queue import FairQueue, Room

COMPLETION, WARM_UP = Priority.COMPLETION, Priority.WARM_UP


class Turns:
    """Asks a queue for turns; notes in which order they come."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.order: list[str] = []
        self.refused: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._ends: dict[str, asyncio.Event] = {}

    async def ask(
        self, name: str, work: Priority = COMPLETION, *, cost: float = 1.0, weight: float = 1.0
    ) -> None:
        """Ask for a turn; the user is what stands before the number."""
        self._ends[name] = asyncio.Event()
        user = name.rstrip("0123456789")

        async def have() -> None:
            try:
                async with self.queue.turn(user, work, cost=cost, weight=weight):
                    self.order.append(name)
                    await self._ends[name].wait()
            except BackendBusy:
                self.refused.append(name)

        self.tasks[name] = asyncio.create_task(have())
        for _ in range(3):
            await asyncio.sleep(0)

    async def end(self, name: str) -> None:
        self._ends[name].set()
        with contextlib.suppress(asyncio.CancelledError):
            await self.tasks[name]
        await asyncio.sleep(0)

    async def one_after_the_other(self) -> list[str]:
        """End each turn when the next has to come; returns the order of all."""
        done = 0
        while done < len(self.order):
            await self.end(self.order[done])
            done += 1
        return self.order


def turns(in_flight: int = 1, user: int = 100, waiting: int = 100, wait_s: float = 30.0) -> Turns:
    room = Room(in_flight=in_flight, user_in_flight=user, waiting=waiting, wait_s=wait_s)
    return Turns(FairQueue(room))


async def test_a_user_with_one_request_is_next_whatever_another_has_waiting():
    queue = turns()
    for number in range(20):
        await queue.ask(f"greedy{number}")
    await queue.ask("alice0")
    await queue.ask("bob0")
    order = await queue.one_after_the_other()
    assert order[:4] == ["greedy0", "alice0", "bob0", "greedy1"]
    assert len(order) == 22


async def test_users_take_turns():
    queue = turns()
    for name in ("a0", "a1", "a2", "b0", "b1", "b2"):
        await queue.ask(name)
    assert await queue.one_after_the_other() == ["a0", "b0", "a1", "b1", "a2", "b2"]


async def test_weights_are_shares():
    queue = turns()
    for number in range(8):
        await queue.ask(f"a{number}", weight=2.0)
        await queue.ask(f"b{number}")
    first = (await queue.one_after_the_other())[:9]
    assert sum(name.startswith("a") for name in first) == 6


async def test_costs_count():
    queue = turns()
    for number in range(4):
        await queue.ask(f"a{number}", cost=2.0)
        await queue.ask(f"b{number}", cost=1.0)
    first = (await queue.one_after_the_other())[:6]
    assert sum(name.startswith("b") for name in first) == 4


async def test_who_was_away_cannot_catch_up():
    queue = turns()
    await queue.ask("old0")
    await queue.end("old0")
    for number in range(10):
        await queue.ask(f"a{number}")
    for name in [f"a{number}" for number in range(9)]:
        await queue.end(name)
    for number in range(4):
        await queue.ask(f"old{number + 1}")
        await queue.ask(f"a{number + 10}")
    order = (await queue.one_after_the_other())[11:]
    assert sum(name.startswith("old") for name in order[:4]) == 2


async def test_urgent_work_comes_first_and_takes_the_places_kept_for_it():
    queue = turns(in_flight=4)
    for number in range(5):
        await queue.ask(f"w{number}", WARM_UP)
    assert queue.order == ["w0", "w1", "w2"]
    await queue.ask("s0", Priority.SPECULATION)
    await queue.ask("c0")
    assert queue.order[3:] == ["c0"]
    await queue.ask("r0", Priority.CODE_ACTION)
    for name in ("w0", "w1", "w2"):
        await queue.end(name)
    assert queue.order[4:] == ["s0", "r0", "w3"]


async def test_one_user_does_not_take_all():
    queue = turns(in_flight=4, user=2)
    for number in range(4):
        await queue.ask(f"a{number}")
    assert queue.order == ["a0", "a1"]
    await queue.ask("b0")
    assert queue.order == ["a0", "a1", "b0"]
    await queue.end("a0")
    assert queue.order == ["a0", "a1", "b0", "a2"]


async def test_what_is_cheapest_to_lose_is_refused_first():
    queue = turns(waiting=3)
    await queue.ask("x0")
    await queue.ask("w0", WARM_UP)
    await queue.ask("a0")
    await queue.ask("a1")
    await queue.ask("b0")
    assert queue.refused == ["w0"]
    await queue.ask("b1")
    await queue.ask("a2")
    await queue.ask("c0", Priority.SPECULATION)
    assert queue.refused == ["w0", "b1", "a2", "c0"]
    assert await queue.one_after_the_other() == ["x0", "a0", "b0", "a1"]


async def test_nobody_waits_for_ever():
    queue = turns(wait_s=0.01)
    await queue.ask("a0")
    await queue.ask("b0")
    await queue.tasks["b0"]
    assert queue.refused == ["b0"]
    assert queue.queue.waiting == 0
    await queue.end("a0")
    assert queue.queue.running == 0


async def test_cancelling_gives_the_place_back_and_costs_nothing():
    queue = turns()
    await queue.ask("a0")
    for number in range(5):
        await queue.ask(f"b{number}")
    for number in range(4):
        queue.tasks[f"b{number}"].cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await queue.ask("a1")
    queue.tasks["a0"].cancel()  # it has its turn
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert queue.order == ["a0", "b4"]
    await queue.end("b4")
    await queue.end("a1")
    assert (queue.queue.running, queue.queue.waiting) == (0, 0)


async def test_a_turn_that_is_given_while_its_owner_is_cancelled_is_not_lost():
    queue = turns()
    await queue.ask("a0")
    await queue.ask("b0")
    queue._ends["a0"].set()
    await queue.tasks["a0"]  # gives b0 its turn, of which b0 does not know yet
    queue.tasks["b0"].cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await queue.tasks["b0"]
    await queue.ask("c0")
    assert queue.order[-1] == "c0"


@pytest.mark.parametrize("error", [ValueError, BackendBusy])
async def test_a_turn_ends_with_an_error(error: type[Exception]):
    queue = FairQueue(Room(in_flight=2, user_in_flight=2, waiting=1, wait_s=1))
    for _ in range(5):
        with pytest.raises(error):
            async with queue.turn("a", COMPLETION):
                raise error("x")
    assert queue.running == 0
