"""A bounded number of connections to one server, kept for a moment when nobody uses them.

Generations and everything else have places of their own, so that an abort never waits behind the
generations that it would end. A place is taken before a connection is opened and given back when
the exchange on it has ended: there are never more connections than places.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fimls.backend.connection import Connection
from fimls.backend.error_messages import closed, crowded, cut_short
from fimls.backend.exchange import Exchange, Request

IDLE_SECONDS = 4.0
"""How long a connection is kept; uvicorn closes it after 5, and reusing it then would fail."""
_MOST_WAITING = 1_024
_WAIT_SECONDS = 10.0
_LEAST_LEFT = 2
"""Answers that nobody reads any more may go on while there are not more of them than others."""
_RESERVED_SHARE = 4
"""One place in so many is kept for what somebody waits for."""

Tell = Callable[[Connection], None]
Dial = Callable[[Tell, Tell], Awaitable[Connection]]
"""Opens a connection; it is handed whom to tell of that, and whom when the connection ended."""


class ConnectionPool:
    """Sends requests over connections that it opens, keeps and closes.

    Attributes:
        opened: how many connections were opened so far.
        contact: how often a connection was opened while there was no other: whoever answers may be
            another server then.
    """

    def __init__(self, dial: Dial, url: str, *, generations: int, others: int) -> None:
        """Nothing is opened yet.

        Args:
            dial: opens a connection.
            url: the server's address, for error messages.
            generations: places for requests that take long.
            others: places for everything else.
        """
        self.opened = 0
        self.contact = 0
        self._dial = dial
        self._url = url
        self._generations = _Lane(generations, reserved=generations // _RESERVED_SHARE)
        self._others = _Lane(others)
        self._open: set[Connection] = set()
        self._idle: list[Connection] = []
        self._exchanges: dict[Exchange, _Lane] = {}
        self._order = itertools.count()
        self._closed = False

    @property
    def sockets(self) -> int:
        """How many connections there are."""
        return len(self._open)

    async def send(
        self, request: Request, *, generation: bool = False, urgent: bool = True
    ) -> Exchange:
        """Send a request as soon as there is a place for it, and return its exchange.

        Args:
            request: what is sent.
            generation: it takes long, and goes with its like.
            urgent: somebody waits for it; what nobody waits for cannot take every place.

        Raises:
            BackendError: no connection can be opened, or no place became free.
        """
        lane = self._generations if generation else self._others
        await self._enter(lane, urgent=urgent)
        try:
            connection = self._kept() or await self._dial(self._made, self._lost)
            if self._closed or connection.closed:
                connection.close()
                raise closed(self._url) if self._closed else cut_short(self._url)
            exchange = Exchange(connection, request, self._url, self._ended)
        except BaseException:
            self._free(lane)
            raise
        self._exchanges[exchange] = lane
        return exchange

    def leave(self, exchange: Exchange) -> None:
        """Read an answer no further; see `Request.linger_s`."""
        exchange.leave()
        lane = self._exchanges.get(exchange)
        if lane is not None and exchange not in lane.left:
            lane.left.append(exchange)
            while len(lane.left) > max(_LEAST_LEFT, lane.taken - len(lane.left)):
                lane.left[0].close()

    def close(self) -> None:
        """Close every connection; exchanges that are under way fail."""
        self._closed = True
        for exchange in [*self._exchanges]:
            exchange.close()
        for connection in [*self._open]:
            connection.close()

    async def _enter(self, lane: _Lane, *, urgent: bool) -> None:
        """Take a place, or wait for one."""
        if self._closed:
            raise closed(self._url)
        while lane.left and not lane.room(urgent=urgent):
            lane.left[0].close()  # it only waits for its end
        if lane.room(urgent=urgent) and not lane.waiting:
            lane.taken += 1
            return
        if len(lane.waiting) >= _MOST_WAITING:
            raise crowded(self._url)
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(not urgent, next(self._order), place)
        heapq.heappush(lane.waiting, waiting)
        lane.give()
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await place
        except BaseException as error:
            if place.done() and not place.cancelled():
                self._free(lane)  # it came too late
            else:
                lane.waiting.remove(waiting)
                heapq.heapify(lane.waiting)
            if isinstance(error, TimeoutError):
                raise crowded(self._url) from None
            raise

    def _free(self, lane: _Lane) -> None:
        lane.taken -= 1
        lane.give()

    def _kept(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.idle is not None:
                connection.idle.cancel()
                connection.idle = None
            if not connection.closed and connection.silent:
                return connection
            connection.close()  # what lies there would be taken for the next answer
        return None

    def _made(self, connection: Connection) -> None:
        self.opened += 1
        self.contact += not self._open
        self._open.add(connection)

    def _lost(self, connection: Connection) -> None:
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)

    def _ended(self, exchange: Exchange) -> None:
        connection = exchange.connection
        if not connection.closed:
            connection.idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, connection.close)
            self._idle.append(connection)
        lane = self._exchanges.pop(exchange, None)
        if lane is not None:
            if exchange in lane.left:
                lane.left.remove(exchange)
            self._free(lane)


@dataclass(slots=True)
class _Lane:
    """Places for one kind of request."""

    most: int
    reserved: int = 0
    taken: int = 0
    left: list[Exchange] = field(default_factory=list[Exchange])
    waiting: list[_Waiting] = field(default_factory=list["_Waiting"])

    def room(self, *, urgent: bool) -> bool:
        """Whether there is a place."""
        return self.taken < self.most - (0 if urgent else self.reserved)

    def give(self) -> None:
        """Give free places to those who wait, the urgent first."""
        while self.waiting and self.room(urgent=not self.waiting[0].later):
            waiting = heapq.heappop(self.waiting)
            self.taken += 1
            waiting.place.set_result(None)


@dataclass(slots=True, order=True)
class _Waiting:
    later: bool
    order: int
    place: asyncio.Future[None] = field(compare=False)
