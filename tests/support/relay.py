"""The language server at an address: for editors that connect to one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any


@contextmanager
def relay(path: Path | None = None, port: int = 0) -> Iterator[tuple[str, list[bytes]]]:
    """Serve one language server for each connection; yields the address, and what clients send.

    Args:
        path: a unix socket to listen on, instead of TCP.
        port: a TCP port, 0 for a free one.
    """
    seen: list[bytes] = []
    started, loop, address = Event(), asyncio.new_event_loop(), [""]
    ended = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "fimls", "serve"],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )

        async def copy(source: Any, sink: Any, note: list[bytes] | None = None) -> None:
            while data := await source.read(65_536):
                if note is not None:
                    note.append(data)
                sink.write(data)
                await sink.drain()
            sink.close()

        copies = [copy(reader, server.stdin, seen), copy(server.stdout, writer)]
        copying = asyncio.gather(*copies, return_exceptions=True)
        await asyncio.wait([copying, end], return_when=asyncio.FIRST_COMPLETED)
        writer.close()
        await copying
        await server.wait()

    async def main() -> None:
        nonlocal end
        end = asyncio.ensure_future(ended.wait())
        if path is None:
            listener = await asyncio.start_server(connected, "127.0.0.1", port)
            address[0] = f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        else:
            listener = await asyncio.start_unix_server(connected, str(path))
            address[0] = str(path)
        started.set()
        await end
        listener.close()
        running = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait(running, timeout=10) if running else None

    end: Any = None
    thread = Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    started.wait(10)
    try:
        yield address[0], seen
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(20)
        loop.close()
