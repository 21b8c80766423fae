"""Reading a small file whose place somebody else may have prepared: it ends, and takes little."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_regular_file(file: Path, *, most_bytes: int) -> bytes:
    """Return what a file holds, if it is one: a pipe could be silent for ever, a device endless.

    Raises:
        FileNotFoundError, NotADirectoryError: there is none.
        OSError: it cannot be read; ``strerror`` says why.
    """
    data = _read(file, most_bytes + 1, most_bytes)
    if len(data) > most_bytes:  # it grows
        raise _too_large(most_bytes)
    return data


def read_beginning(file: Path, *, most_bytes: int) -> bytes:
    """Return what a file of any size begins with; raises what `read_regular_file` does."""
    return _read(file, most_bytes, None)


def _read(file: Path, size: int, most_bytes: int | None) -> bytes:
    try:
        _check(os.stat(file), most_bytes)  # to open a device may already do something
        # Who puts a pipe there in between is not waited for.
        ways = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with open(os.open(file, ways), "rb") as opened:
            _check(os.fstat(opened.fileno()), most_bytes)
            return opened.read(size)
    except ValueError as error:  # a path with a NUL
        raise OSError(errno.EINVAL, "no file can have that name", str(file)) from error


def _check(status: os.stat_result, most_bytes: int | None) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file")
    if most_bytes is not None and status.st_size > most_bytes:
        raise _too_large(most_bytes)


def _too_large(most_bytes: int) -> OSError:
    return OSError(errno.EFBIG, f"it is larger than {most_bytes:,} bytes")
