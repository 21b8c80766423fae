"""Records what a server and the editor that started it say to each other.

`sitecustomize` imports it in servers of real editors. Each server has a file of its own in the
folder that SESSIONS_FOLDER names; `support/recorded_sessions.py` reads it.
"""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path
from typing import Any

_read, _fdopen, _lock = os.read, os.fdopen, threading.Lock()
_file = (Path(os.environ["SESSIONS_FOLDER"]) / f"{os.getpid()}.session").open("ab", buffering=0)


def start() -> None:
    """Record standard input and output, as servers take them for themselves, from now on."""
    os.read, os.fdopen = _heard, _opened


def _heard(descriptor: int, length: int, /) -> bytes:
    data = _read(descriptor, length)
    if descriptor == 0:
        _record(b"<", data)
    return data


def _opened(descriptor: int, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
    if mode == "wb":
        return _Output(io.FileIO(descriptor, mode))
    return _fdopen(descriptor, mode, *args, **kwargs)


class _Output(io.BufferedWriter):
    def write(self, data: Any, /) -> int:
        _record(b">", bytes(data))
        return super().write(data)


def _record(direction: bytes, data: bytes) -> None:
    """Note a piece: its direction, its length and what it is."""
    with _lock:
        _file.write(b"%b%d\n%b" % (direction, len(data), data))
