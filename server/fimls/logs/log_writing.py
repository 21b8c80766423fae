"""Where the log is written to, without ever waiting for whoever reads it.

An editor may keep the server's standard error open and never read it: its pipe is full after
64 KiB, and a write would hang for ever, and the event loop with it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import stat
from pathlib import Path
from typing import Any

_PIECE = 4_096
"""Bytes that a pipe which is ready takes without waiting (PIPE_BUF)."""


class StderrHandler(logging.StreamHandler[Any]):
    """Writes to standard error, as far as it is read."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a message."""
        try:
            line = self.format(record) + "\n"
            descriptor = _descriptor(self.stream)
            if descriptor is not None:
                self._torn = not write(descriptor, line, torn=getattr(self, "_torn", False))
            elif self.stream is not None:
                self.stream.write(line)  # a stream of Python's alone
        except Exception:
            self.handleError(record)


class FileHandler(logging.Handler):
    """Appends to a file that its owner alone may read."""

    def __init__(self, file: Path) -> None:
        """Open the file.

        Raises:
            OSError: it cannot be written.
        """
        super().__init__()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        self._descriptor = os.open(file, flags, 0o600)
        self._torn = False
        with contextlib.suppress(OSError, AttributeError):  # another's file, or Windows
            if stat.S_ISREG(os.fstat(self._descriptor).st_mode):
                os.fchmod(self._descriptor, 0o600)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a message."""
        try:
            line = self.format(record) + "\n"
            self._torn = not write(self._descriptor, line, torn=self._torn)
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Close the file."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
        super().close()


def write(descriptor: int, line: str, *, torn: bool) -> bool:
    """Write a line, or as much of it as is taken at once; returns whether that was all of it.

    `torn` says that it was not the last time: a line begins where a line begins.
    """
    data = (torn * "\n" + line).encode("utf-8", "backslashreplace")
    for begin in range(0, len(data), _PIECE):
        if not _ready(descriptor):
            return not begin and not torn
        os.write(descriptor, data[begin : begin + _PIECE])
    return True


def _ready(descriptor: int) -> bool:
    if not hasattr(select, "poll"):
        return True
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return bool(poll.poll(0))


def _descriptor(stream: Any) -> int | None:
    try:
        stream.flush()  # what others print comes first
        return int(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return None
