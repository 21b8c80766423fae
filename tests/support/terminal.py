"""A program at a terminal of its own, whose questions a test answers."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Self

PATIENCE_S = 60


class Terminal:
    """A context manager; what the program writes is in `screen`."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], *, kind: str = "dumb"
    ) -> None:
        self.screen = ""
        self._ours, theirs = pty.openpty()
        plain = {**environment, "TERM": kind}
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=plain, close_fds=True
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def answer(self, question: str, line: str) -> None:
        """Wait for a question, and answer it; each is asked behind the one before."""
        deadline = time.monotonic() + PATIENCE_S
        while question not in self.screen:
            assert time.monotonic() < deadline, f"{question!r} never came: {self.screen}"
            assert self._read(), f"{question!r} never came: {self.screen}"
        self.screen = self.screen.partition(question)[2]
        time.sleep(0.1)  # getpass drops what was typed before it has switched the echo off
        os.write(self._ours, f"{line}\n".encode())

    def end(self) -> int:
        """Wait for its end; returns the exit status."""
        while self._read():
            pass
        return self._process.wait(PATIENCE_S)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], PATIENCE_S)[0]:
            return False
        try:
            data = os.read(self._ours, 65_536)
        except OSError:  # the other end is closed
            return False
        self.screen += data.decode("utf-8", "replace")
        return bool(data)
