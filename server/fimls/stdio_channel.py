"""Standard input and output as a channel of messages."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import BinaryIO

CHUNK = 1 << 16
"""What is read at once; larger than any header line, bodies may be larger."""


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
