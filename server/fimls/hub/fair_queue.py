"""Whose turn it is: a bounded number of generations at once, shared fairly between users."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, Hashable
from dataclasses import dataclass, field

from fimls.backend.base import Priority
from fimls.errors import BackendBusy
from fimls.hub.grammar_queue import GrammarQueue
from fimls.settings import HubSettings

RESERVED_SHARE = 4
"""One place in so many is kept for completions: what nobody waits for cannot take them all."""

_MOST_REMEMBERED = 10_000
"""Users who are away and had more than others lately."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much there is room for.

    Attributes:
        in_flight: generations that run at once.
        user_in_flight: those of one user.
        waiting: generations that wait.
        wait_s: how long one waits.
    """

    in_flight: int
    user_in_flight: int
    waiting: int
    wait_s: float

    @classmethod
    def of(cls, settings: HubSettings) -> Room:
        """Return the room that the settings give."""
        return cls(
            in_flight=settings.in_flight,
            user_in_flight=settings.user_in_flight,
            waiting=settings.waiting,
            wait_s=settings.wait_ms / 1e3,
        )


class FairQueue:
    """Gives turns: the most urgent work first, and among equals the user who had the least.

    What a user had is counted in costs, divided by the user's weight, and while nothing of a user
    waits or runs it rises with the others': who was away may not catch up. Counting happens when a
    turn is given, so what is cancelled while it waits costs nothing.
    """

    def __init__(self, room: Room) -> None:
        """Nothing runs."""
        self.room = room
        self.grammars = GrammarQueue()
        self._users: dict[Hashable, _User] = {}
        self._waiting: list[_Waiting] = []
        self._running = 0
        self._running_later = 0
        self._level = 0.0
        self._order = itertools.count()

    @property
    def running(self) -> int:
        """How many generations run."""
        return self._running

    @property
    def waiting(self) -> int:
        """How many generations wait."""
        return len(self._waiting)

    @contextlib.asynccontextmanager
    async def turn(
        self, user: Hashable, work: Priority, *, cost: float = 1.0, weight: float = 1.0
    ) -> AsyncGenerator[None, None]:
        """Wait for a turn, and have it until the end of the block.

        Raises:
            BackendBusy: there is no room to wait, or it took too long.
        """
        waiting = _Waiting(user=user, work=work, cost=cost / weight, order=next(self._order))
        self._add(waiting)
        try:
            if not waiting.turn.done():
                async with asyncio.timeout(self.room.wait_s):
                    await waiting.turn
            waiting.turn.result()
        except TimeoutError:
            self._give_back(waiting)
            raise busy() from None
        except BaseException:
            self._give_back(waiting)
            raise
        try:
            yield
        finally:
            self._give_back(waiting)

    def _add(self, waiting: _Waiting) -> None:
        user = self._users.setdefault(waiting.user, _User())
        if not user.present:
            user.had = max(user.had, self._level)
        user.waiting += 1
        self._waiting.append(waiting)
        self._give_turns()
        while len(self._waiting) > self.room.waiting:
            self._refuse(max(self._waiting, key=self._cheapest_to_lose))

    def _cheapest_to_lose(self, waiting: _Waiting) -> tuple[int, int, int]:
        """The least urgent; of those one of whoever has most waiting; of those the newest."""
        return -waiting.work, self._users[waiting.user].waiting, waiting.order

    def _refuse(self, waiting: _Waiting) -> None:
        self._leave_queue(waiting)
        if not waiting.turn.done():
            waiting.turn.set_exception(busy())

    def _give_turns(self) -> None:
        while self._running < self.room.in_flight:
            able = [waiting for waiting in self._waiting if self._may_run(waiting)]
            if not able:
                return
            best = min(able, key=lambda w: (-w.work, self._users[w.user].had, w.order))
            self._leave_queue(best)
            user = self._users[best.user]
            self._level = max(self._level, user.had)
            user.had += best.cost
            user.running += 1
            self._running += 1
            self._running_later += best.work < Priority.COMPLETION
            best.turn.set_result(None)

    def _may_run(self, waiting: _Waiting) -> bool:
        if waiting.turn.done():  # it was cancelled, and has not left the queue yet
            return False
        if self._users[waiting.user].running >= self.room.user_in_flight:
            return False
        most = self.room.in_flight - max(1, self.room.in_flight // RESERVED_SHARE)
        return waiting.work is Priority.COMPLETION or self._running_later < most

    def _give_back(self, waiting: _Waiting) -> None:
        """Take note that somebody left the queue, or that a turn ended."""
        turn, user = waiting.turn, self._users.get(waiting.user, _User())
        if turn.done() and not turn.cancelled() and turn.exception() is None:
            user.running -= 1
            self._running -= 1
            self._running_later -= waiting.work < Priority.COMPLETION
            self._give_turns()
        elif waiting in self._waiting:
            self._leave_queue(waiting)
        if not user.present and (user.had <= self._level or len(self._users) > _MOST_REMEMBERED):
            self._users.pop(waiting.user, None)

    def _leave_queue(self, waiting: _Waiting) -> None:
        self._waiting.remove(waiting)
        self._users[waiting.user].waiting -= 1


@dataclass(slots=True)
class _User:
    had: float = 0.0
    running: int = 0
    waiting: int = 0

    @property
    def present(self) -> bool:
        return bool(self.running or self.waiting)


@dataclass(slots=True, kw_only=True, eq=False)
class _Waiting:
    user: Hashable
    work: Priority
    cost: float
    order: int
    turn: asyncio.Future[None] = field(default_factory=asyncio.Future)


def busy() -> BackendBusy:
    """Return the error for work that gets no turn."""
    return BackendBusy("The hub is busy: suggestions come back when fewer editors ask at once.")
