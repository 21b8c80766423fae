"""Serving one editor on standard input and output."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from fimls.message_framing import FrameError, Frames
from fimls.stdio_channel import CHUNK, claim_stdout, feed_stdin

if TYPE_CHECKING:
    from fimls.lsp.protocol import FimProtocol
    from fimls.lsp.server import FimServer

MAX_BYTES = 256 * 2**20
"""Of one message."""


def serve_stdio(server: FimServer) -> int:
    """Serve until the editor says ``exit`` or is gone; return the process's exit status.

    It is 0 after ``shutdown`` and ``exit``, as LSP wants it, else 1.

    Raises:
        FimlsError: what arrives is no message, and where the next one begins is not known.
    """
    output = _Writer(claim_stdout())
    try:
        asyncio.run(_serve(server, output))
    except SystemExit as stop:
        return int(stop.code or 0)
    finally:
        output.close()
    return 1


async def _serve(server: FimServer, output: _Writer) -> None:
    reader = asyncio.StreamReader(limit=CHUNK)
    loop = asyncio.get_running_loop()
    output.gone = server.gone = reader.feed_eof
    server.protocol.set_writer(output)
    threading.Thread(target=feed_stdin, args=(reader, loop), name="stdin", daemon=True).start()
    try:
        await listen(reader, server.protocol)
    finally:
        await server.aclose()


async def listen(reader: asyncio.StreamReader, protocol: FimProtocol) -> None:
    """Handle messages until there are no more.

    Invariant: everything that has arrived is dispatched before anything runs. The reader returns
    what it holds without giving way to other tasks, so a cancellation is seen before the request
    that it cancels has begun, and such a request costs nothing.

    Raises:
        FrameError: what arrives is no message; the editor was told.
    """
    frames = Frames(MAX_BYTES, trusted=True)
    while data := await reader.read(CHUNK):
        frames.push(data)
        try:
            for body in frames.bodies():
                protocol.receive(body)
        except FrameError as error:
            protocol.refuse_all(error)
            raise


class _Writer:
    """Writes to standard output; an editor that no longer reads it is gone."""

    gone: Callable[[], None]

    def __init__(self, output: BinaryIO) -> None:
        self._output = output

    def write(self, data: bytes) -> None:
        try:
            self._output.write(data)
            self._output.flush()
        except OSError:
            self.gone()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._output.close()
