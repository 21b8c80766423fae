"""Serving one editor on standard input and output."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from pygls.io_ import StdoutWriter, run_async

from fimls.stdio import CHUNK, claim_stdout, feed_stdin

if TYPE_CHECKING:
    from fimls.lsp.server import FimServer


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
