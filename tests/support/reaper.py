"""Ends what tests have started, whatever becomes of the tests.

A run that is killed, or that a timeout ends, cleans nothing up, and what it started has children
of its own, which init adopts: VS Code's server is five processes. So each process that runs tests
marks its environment, which all that it starts inherit, and a small process waits beside it until
it is gone. Then that one ends whoever has the mark.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from contextlib import suppress

import psutil

MARK = "STARTED_BY_TESTS"
"""The variable; its value is another one for each run, and for each worker of it."""

LOOK_EVERY_S = 0.5
GRACE_S = 5.0
"""How long they have to end by themselves."""


def pytest_sessionstart() -> None:
    """Mark this process, and start the one that waits for its end."""
    environment = dict(os.environ)
    environment.pop(MARK, None)  # or who started this run would end it with the rest
    os.environ[MARK] = mark = secrets.token_hex(16)
    subprocess.Popen(
        [sys.executable, __file__, str(os.getpid()), mark],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )


def end_all(mark: str) -> None:
    """End all that have the mark, and their descendants; returns when nobody is left."""
    found = _marked(mark)
    for process in found:
        _quietly(process.terminate)
    psutil.wait_procs(found, GRACE_S)
    while found := _marked(mark):
        for process in found:
            _quietly(process.kill)
        psutil.wait_procs(found, GRACE_S)


def _marked(mark: str) -> Collection[psutil.Process]:
    found: set[psutil.Process] = set()
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.update((process, *process.children(recursive=True)))
        except (psutil.Error, OSError):
            continue  # it has ended, or is somebody else's
    return found


def _quietly(end: Callable[[], None]) -> None:
    with suppress(psutil.Error):  # it was faster
        end()


def _wait(pid: int) -> None:
    while os.getppid() == pid:  # another one adopts the children of whoever ends
        time.sleep(LOOK_EVERY_S)


if __name__ == "__main__":
    _wait(int(sys.argv[1]))
    end_all(sys.argv[2])
