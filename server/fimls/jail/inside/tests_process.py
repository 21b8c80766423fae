"""The process of the tests: they call the program, which is elsewhere; it says if they pass."""

from __future__ import annotations

import json
import os
import sys
import types
from pathlib import Path
from typing import Any

from fimls.jail.inside.limits import lock
from fimls.jail.inside.peer import Peer
from fimls.jail.inside.program_process import READY

MODULE = "program_under_test"
"""Where tests import the program from."""

PASSED = b"\nThe tests pass.\n"


class _Program(types.ModuleType):
    """The names of the program."""

    def __init__(self, peer: Peer) -> None:
        super().__init__(MODULE)
        vars(self)["_peer"] = peer

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return vars(self)["_peer"].ask("name", name)
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):  # the import system's
            return super().__setattr__(name, value)
        return vars(self)["_peer"].ask("set name", name, value)


def main() -> None:
    """Run the tests in the file that is named on the command line, and say if they passed."""
    (tests,) = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    reading, writing, verdict = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"), os.dup(2)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    lock()
    if reading.readline(len(READY)) != READY:
        os._exit(1)
    sys.modules[MODULE] = _Program(Peer(reading, writing, {}))
    # As in a script; a BaseException too ends the process before anything is said.
    exec(compile(tests, "<tests>", "exec"), {"__name__": "__main__"})
    os.write(verdict, PASSED)
    os._exit(0)
