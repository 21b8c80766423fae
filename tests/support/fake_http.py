"""A small HTTP/1.1 server on asyncio streams, which can break off where a test wants that."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True)
class Request:
    """One request; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """The answering end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._early = b""
        self._streaming = False

    async def request(self) -> Request | None:
        """Read the next request; None at the end of the connection."""
        try:
            head = (self._early + await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        self._early = b""
        first, *lines = head.strip().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        return Request(method=method, path=target.partition("?")[0], headers=headers, body=body)

    async def send(
        self,
        status: int,
        body: bytes = b"",
        content_type: str = "text/plain",
        *,
        headers: Sequence[str] = (),
    ) -> None:
        """Send a whole answer."""
        about = f"content-type: {content_type}", f"content-length: {len(body)}"
        self._head(status, *about, *headers)
        self._writer.write(body)
        await self._writer.drain()

    async def json(self, value: Any, *, status: int = 200) -> None:
        """Send a whole answer of JSON."""
        await self.send(status, json.dumps(value).encode(), "application/json")

    async def start_stream(
        self, content_type: str, *, status: int = 200, headers: Sequence[str] = ()
    ) -> None:
        """Start an answer whose end is not known; does nothing if it has started."""
        if not self._streaming:
            self._streaming = True
            about = f"content-type: {content_type}", "transfer-encoding: chunked"
            self._head(status, *about, *headers)
            await self._writer.drain()

    async def stream(self, data: bytes) -> None:
        """Send a part of a streamed answer."""
        if not data:
            return  # it would be its end
        self._writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await self._writer.drain()

    async def end_stream(self) -> None:
        """End a streamed answer."""
        self._streaming = False
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    def drop(self) -> None:
        """Break the connection; the client sees it end in the middle."""
        self._writer.transport.close()  # what was written before still arrives

    async def gone(self) -> None:
        """Return when the client has closed its end."""
        with contextlib.suppress(ConnectionError):
            self._early += await self._reader.read(1)
            if self._early:  # the next request: the client has seen the end of the answer
                await asyncio.Event().wait()

    def _head(self, status: int, *headers: str) -> None:
        line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"
        self._writer.write("\r\n".join((line, *headers, "", "")).encode())


Answer = Callable[[Request, Connection], Awaitable[None]]


@contextlib.asynccontextmanager
async def serve(answer: Answer, port: int = 0) -> AsyncGenerator[int, None]:
    """Serve on a port of this machine, 0 for a free one; yields the port."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        connection = Connection(reader, writer)
        try:
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                while request := await connection.request():
                    await answer(request, connection)
        finally:
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        left = [*tasks]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
