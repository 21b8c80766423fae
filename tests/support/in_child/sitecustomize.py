"""Watches the event loop of a server that an end-to-end test starts.

Python imports a module of this name when it starts, where it is on the path. What is found goes to
the file that WATCHDOG_FILE names; `tests/e2e/conftest.py` reads it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if "WATCHDOG_FILE" in os.environ and "fimls" in sys.orig_argv:
    sys.path.append(str(Path(__file__).parent.parent.parent))
    from support.watchdog import watching

    # Its handles are written in C: nobody can charge them. What they run is the same.
    sys.modules["uvloop"] = None  # type: ignore[assignment]

    def _report(seconds: float, name: str) -> None:
        with Path(os.environ["WATCHDOG_FILE"]).open("a", encoding="utf-8") as file:
            file.write(f"{seconds * 1e3:.0f} ms in {sys.orig_argv[-6:]}: {name}\n")

    _watching = watching(_report, product_only=False)  # kept: it ends when nobody has it
    _watching.__enter__()
