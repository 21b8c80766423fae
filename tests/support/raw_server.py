"""Servers that answer with bytes a test writes down, whether or not they are HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import time
from asyncio.events import Handle
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator

import psutil
import pytest

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"


@contextlib.asynccontextmanager
async def listening(
    answer: Answer, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncGenerator[str, None]:
    """Answer every connection so; yields the address."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await answer(reader, writer)
        tasks.discard(task)

    server = await asyncio.start_server(connected, host, 0, ssl=tls)
    scheme = "https" if tls else "http"
    shown = f"[{host}]" if ":" in host else host
    yield f"{scheme}://{shown}:{server.sockets[0].getsockname()[1]}"
    server.close()
    for task in [*tasks]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def asked(reader: asyncio.StreamReader) -> str:
    """Read a request; returns its path."""
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))
    return head.split(b" ")[1].decode()


def saying(data: bytes) -> Answer:
    """Read a request, answer with these bytes, and end the connection."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(data)
        writer.close()

    return answer


def repeating(head: bytes, piece: bytes, pause_s: float = 0.0) -> Answer:
    """Answer with a head, and with a piece again and again until the client leaves."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(head)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return answer


def sockets_to(url: str) -> int:
    """Return how many sockets of this process are connected to an address."""
    port = int(url.rpartition(":")[2])
    connections = psutil.Process(os.getpid()).net_connections("tcp")
    return sum(bool(each.raddr) and each.raddr.port == port for each in connections)


async def settled(url: str, most: int, within_s: float = 10.0) -> int:
    """Wait until there are at most so many sockets to an address; returns how many there are."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while (count := sockets_to(url)) > most and loop.time() < end:
        await asyncio.sleep(0.02)
    return count


@contextlib.contextmanager
def longest_callback(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Measure the processor time of this thread in each callback of the loop; yields the most."""
    took, run = [0.0], Handle._run

    def measured(handle: Handle) -> None:
        began = time.thread_time()
        run(handle)
        took[0] = max(took[0], time.thread_time() - began)

    with monkeypatch.context() as patch:
        patch.setattr(Handle, "_run", measured)
        yield took
