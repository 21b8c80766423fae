"""Watches the event loop of a server that an end-to-end test starts, or records its session.

Python imports a module of this name when it starts, where it is on the path. What is found goes to
the file that WATCHDOG_FILE names; `tests/e2e/conftest.py` reads it. WATCHDOG_MOST_S are the seconds
that no callback may take. At its start a server serves
nobody: it is watched from the first that it writes to standard output, by which a hub says that it
listens, and the others answer `initialize`.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any


class _Output(io.BufferedWriter):
    """A file that knows whether something was written to it."""

    written = False

    def write(self, data: Any, /) -> int:
        _Output.written = True
        return super().write(data)


def _opened(descriptor: int, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
    """As ``os.fdopen``, by which servers take standard output for themselves."""
    if mode == "wb":
        return _Output(io.FileIO(descriptor, mode))
    return _fdopen(descriptor, mode, *args, **kwargs)


def _report(seconds: float, name: str) -> None:
    with Path(os.environ["WATCHDOG_FILE"]).open("a", encoding="utf-8") as file:
        file.write(f"{seconds * 1e3:.0f} ms in {sys.orig_argv[-6:]}: {name}\n")


if "SESSIONS_FOLDER" in os.environ and {"serve", "connect"} & set(sys.orig_argv):
    import session_recording

    session_recording.start()
elif "WATCHDOG_FILE" in os.environ and "fimls" in sys.orig_argv:
    sys.path.append(str(Path(__file__).parent.parent.parent))
    from support.watchdog import MOST_S, watching

    # Its handles are written in C: nobody can charge them. What they run is the same.
    sys.modules["uvloop"] = None  # type: ignore[assignment]
    _fdopen, os.fdopen = os.fdopen, _opened
    sys.stdout = io.TextIOWrapper(_Output(io.FileIO(1, "wb", closefd=False)), line_buffering=True)
    # Kept: it ends when nobody has it.
    _watching = watching(
        _report,
        product_only=False,
        since=lambda: _Output.written,
        most_s=float(os.environ.get("WATCHDOG_MOST_S", MOST_S)),
    )
    _watching.__enter__()
