"""One request and its answer, as it comes in: read, left or broken off without ever waiting.

What ends an exchange is a plain call, so no cancellation can land in the middle of it: whoever is
cancelled when, the connection is either free for the next request or closed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import h11

from fimls.backend.error_messages import cut_short, not_http, silent, too_long, too_much
from fimls.backend.tls_error_messages import left_at_once, refused_tls, speaks_tls
from fimls.errors import BackendError

if TYPE_CHECKING:
    from fimls.backend.connection import Connection

MAX_HEAD_BYTES = 16 * 2**10
"""Of a status line and headers, of a chunk's first line, and of what follows the last chunk."""
_MOST_INTERIM = 8
"""Interim answers (status 1xx) before the answer."""
_MOST_CHUNKS = 200_000
"""Three for each token of the longest answer; each takes time, however small it is."""
_HELD_BYTES = 64 * 2**10
"""What is kept for a slow reader before the server has to wait."""
_BEGINS = b"HTTP/"
"""What every answer begins with: who greets otherwise is not waited for."""
_TLS_RECORD = b"\x15\x03"
"""How an alert begins, with which a TLS server answers plain HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent.

    Attributes:
        method: of HTTP.
        target: the path, or the whole address where a proxy is asked.
        headers: names and values, without those that say how long the body is.
        body: all of it.
        silence_s: how long the server may send nothing.
        total_s: how long the whole answer may take.
        linger_s: how long an answer that nobody reads to its end may go on, so that its connection
            can be used again; 0 closes it at once.
    """

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    body: bytes = b""
    silence_s: float
    total_s: float
    linger_s: float = 0.0


class Exchange:
    """An answer: iterate over it for the bytes of its body, after `head`.

    Attributes:
        status: the HTTP status, 0 before it is known.
        stale: whether the server had closed the connection before it saw the request: the same
            request may be sent again.
        over: whether its connection is free, or closed.
    """

    def __init__(
        self, connection: Connection, request: Request, url: str, ended: Callable[[Exchange], None]
    ) -> None:
        """Send the request.

        Args:
            connection: on which nothing else is under way.
            request: what is sent.
            url: the server's address, for error messages.
            ended: called once, when the connection is free or closed.
        """
        self.status = 0
        self.stale = False
        self.over = False
        self._connection = connection
        self._request = request
        self._url = url
        self._ended = ended
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._encoding = ""
        self._retry_after = ""
        self._pieces: deque[bytes] = deque()
        self._held = 0
        self._interim = 0
        self._chunks = 0
        self._error: BackendError | None = None
        self._left = False
        self._waiter: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._reused = connection.used
        self._heard = False
        self._last = self._loop.time()
        self._deadline = self._last + request.total_s
        connection.begin(self)
        connection.write(_written(self._http, request))
        self._timer = self._loop.call_at(self._due(), self._look)

    @property
    def connection(self) -> Connection:
        """Where it takes place."""
        return self._connection

    @property
    def encoding(self) -> str:
        """How the body is compressed, as the server names it; empty if it is not."""
        return self._encoding

    @property
    def retry_after(self) -> str:
        """What the server says about when to ask again, as it stands in the header, or empty."""
        return self._retry_after

    async def head(self) -> None:
        """Wait for status and headers.

        Raises:
            BackendError: they do not come, or are not HTTP.
        """
        while not self.status:
            if self._error is not None:
                raise self._error
            await self._news()

    def __aiter__(self) -> Exchange:
        return self

    async def __anext__(self) -> bytes:
        while not self._pieces:
            if self._error is not None:
                raise self._error
            if self.over:
                raise StopAsyncIteration
            await self._news()
        piece = self._pieces.popleft()
        self._held -= len(piece)
        if not self._pieces and not self.over:
            self._connection.go_on()
        return piece

    def leave(self) -> None:
        """Read no more; its connection is closed unless the rest comes soon."""
        if self.over or self._left:
            return
        if not self._request.linger_s:
            self.close()
            return
        self._left = True
        self._pieces.clear()
        self._connection.go_on()
        self._deadline = min(self._deadline, self._loop.time() + self._request.linger_s)
        self._timer.cancel()
        self._timer = self._loop.call_at(self._due(), self._look)

    def close(self) -> None:
        """Break it off, and close its connection."""
        self._fail(cut_short(self._url))

    # Called by its connection.

    def received(self, data: bytes) -> None:
        """Take what came in; nothing means that the server sends no more."""
        if self.over:
            return
        self._last = self._loop.time()
        if not self._heard:
            self._heard = bool(data)
            if data.startswith(_TLS_RECORD):
                self._fail(speaks_tls(self._url))
                return
            if data[: len(_BEGINS)] != _BEGINS[: len(data)]:
                self._fail(not_http(self._url))
                return
        try:
            self._http.receive_data(data)
            while not self.over and self._take(self._http.next_event()):
                pass
        except h11.RemoteProtocolError:
            if data:
                self._fail(not_http(self._url))
            else:
                self.lost()

    def lost(self, error: Exception | None = None) -> None:
        """The connection broke."""
        self.stale = self._reused and not self._heard
        why = refused_tls(self._url, error) if isinstance(error, ssl.SSLError) else None
        if not self._heard and not self._reused and self._url.startswith("https:"):
            why = why or left_at_once(self._url)  # an alert may be lost with the connection
        self._fail(why or cut_short(self._url))

    def _take(self, event: object) -> bool:
        """Take an event of h11; returns whether there may be another."""
        match event:
            case h11.InformationalResponse():
                self._interim += 1
                if self._interim > _MOST_INTERIM:
                    self._fail(not_http(self._url))
            case h11.Response():
                self.status = event.status_code
                encodings = [value for name, value in event.headers if name == b"content-encoding"]
                self._encoding = b",".join(encodings).decode("latin-1").strip().lower()
                later = (value for name, value in event.headers if name == b"retry-after")
                self._retry_after = next(later, b"").decode("latin-1").strip()
                self._tell()
                if self._http.their_state is h11.SWITCHED_PROTOCOL:  # a tunnel is open
                    self._end()
            case h11.Data():
                self._chunks += 1
                if self._chunks > _MOST_CHUNKS:
                    self._fail(too_much(self._url))
                elif not self._left:
                    self._pieces.append(bytes(event.data))
                    self._held += len(event.data)
                    if self._held > _HELD_BYTES:
                        self._connection.wait()
                    self._tell()
            case h11.EndOfMessage():
                self._end()
            case h11.ConnectionClosed():
                self.lost()
            case _:
                return False
        return True

    def _end(self) -> None:
        """All has come; the connection is free if both sides may go on using it."""
        trailing, _ = self._http.trailing_data
        states = self._http.states.values()
        free = set(states) in ({h11.DONE}, {h11.SWITCHED_PROTOCOL}) and not trailing
        self._stop(free=free)

    def _fail(self, error: BackendError) -> None:
        if not self.over:
            self._error = error
            self._stop(free=False)

    def _stop(self, *, free: bool) -> None:
        self.over = True
        self._timer.cancel()
        self._connection.end(free=free)
        self._ended(self)
        self._tell()

    def _due(self) -> float:
        return min(self._deadline, self._last + self._request.silence_s)

    def _look(self) -> None:
        """Look at the clock: once for each answer, and again only where something came since."""
        if self._connection.waits:
            self._last = self._loop.time()  # it is the reader who is slow
        due = self._due()
        if self._loop.time() < due:
            self._timer = self._loop.call_at(due, self._look)
        elif due == self._deadline and self._heard:
            self._fail(too_long(self._url))
        else:
            self._fail(silent(self._url))

    async def _news(self) -> None:
        self._waiter = self._loop.create_future()
        await self._waiter

    def _tell(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _written(http: h11.Connection, request: Request) -> bytes:
    headers = [*request.headers]
    if request.body or request.method == "POST":
        headers.append(("Content-Length", str(len(request.body))))
    head = http.send(h11.Request(method=request.method, target=request.target, headers=headers))
    body = http.send(h11.Data(data=request.body)) if request.body else b""
    http.send(h11.EndOfMessage())
    return (head or b"") + (body or b"")
