"""Serving one editor on standard input and output."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import TYPE_CHECKING, BinaryIO

from pygls.io_ import StdoutWriter, run_async

if TYPE_CHECKING:
    from fimls.lsp.server import FimServer

CHUNK = 1 << 16
"""Larger than any header line; bodies may be larger."""


def serve_stdio(server: FimServer) -> int:
    """Serve until the editor says ``exit`` or is gone; return the process's exit status.

    It is 0 after ``shutdown`` and ``exit``, as LSP wants it, else 1.
    """
    with claim_stdout() as output:
        server.protocol.set_writer(StdoutWriter(output))
        try:
            asyncio.run(_serve(server))
        except SystemExit as stop:
            return int(stop.code or 0)
    return 1


async def _serve(server: FimServer) -> None:
    """Handle messages.

    Invariant: everything that has arrived is dispatched before anything runs. The reader below
    returns what it holds without giving way to other tasks, so pygls sees a cancellation before
    the request it cancels has begun, and such a request costs nothing.
    """
    reader = asyncio.StreamReader(limit=CHUNK)
    loop = asyncio.get_running_loop()
    threading.Thread(target=feed_stdin, args=(reader, loop), name="stdin", daemon=True).start()
    try:
        await run_async(
            stop_event=threading.Event(),
            reader=reader,
            protocol=server.protocol,
            error_handler=server.report_server_error,
        )
    finally:
        await server.aclose()


def feed_stdin(reader: asyncio.StreamReader, loop: asyncio.AbstractEventLoop) -> None:
    """Read standard input in a thread, which works for pipes, files and terminals on every system.

    Not through ``sys.stdin``: a daemon thread must not hold its lock when the process ends.
    """
    try:
        while data := os.read(0, CHUNK):
            loop.call_soon_threadsafe(reader.feed_data, data)
        loop.call_soon_threadsafe(reader.feed_eof)
    except RuntimeError:
        return  # the loop is closed: the server has ended


def claim_stdout() -> BinaryIO:
    """Return standard output for the protocol alone; whatever prints goes to standard error."""
    sys.stdout.flush()
    protocol = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(protocol, "wb")
