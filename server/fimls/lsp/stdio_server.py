"""Serving one editor on standard input and output."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from lsprotocol import types

from fimls.lsp.document_sync import Unreadable, document_of
from fimls.lsp.message_parsing import fault_of, from_json
from fimls.message_framing import FrameError, Frames
from fimls.stdio_channel import CHUNK, claim_stdout, feed_stdin

if TYPE_CHECKING:
    from fimls.lsp.protocol import FimProtocol
    from fimls.lsp.server import FimServer

MAX_BYTES = 256 * 2**20
"""Of one message."""

_TEXTS = (types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_CHANGE)

LONG_BYTES = 32 * 2**10
"""A longer message is read in a thread: of a large document that takes a second."""


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
    that it cancels has begun, and such a request costs nothing. Only what comes behind a long
    message waits until that is read.

    Raises:
        FrameError: what arrives is no message; the editor was told.
    """
    frames = Frames(MAX_BYTES, trusted=True)
    while data := await reader.read(CHUNK):
        frames.push(data)
        try:
            for body in frames.bodies():
                if len(body) > LONG_BYTES:
                    handle = await asyncio.to_thread(read, body, protocol, long=True)
                else:
                    handle = read(body, protocol)
                handle()
        except FrameError as error:
            protocol.refuse_all(error)
            raise


def read(body: bytes, protocol: FimProtocol, *, long: bool = False) -> Callable[[], Any]:
    """Read the body of a message, and return what handles it; until then nothing is changed.

    A long one may be read in a thread: all that takes long of it is done then.
    """
    try:
        message, exact = from_json(body)
    except ValueError:
        says = "A message is not JSON."
        return partial(protocol.refuse, None, types.ErrorCodes.ParseError, says)
    sound = fault_of(message) is None and "method" in message
    if sound and not exact and message["method"] in _TEXTS:
        return partial(protocol.lose, _lost(message.get("params")))
    return partial(protocol.take, message, protocol.prepare(message) if sound and long else None)


def _lost(params: object) -> Unreadable:
    """Return which document's text is not known any more."""
    try:
        return Unreadable(document_of(params)["uri"])
    except Unreadable as nobody_s:
        return nobody_s


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
