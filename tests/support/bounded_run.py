"""Programs that get so many seconds, they and all that they start."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

GRACE_S = 5


def run_bounded(command: Sequence[str | Path], timeout_s: float, folder: Path | None = None) -> str:
    """Run a program, which gets no input; returns what it prints.

    `subprocess.run` ends the program alone when time is up, and then waits for what that has
    started to close the pipe: for ever, where a compiler or a download goes on.

    Raises:
        OSError: it cannot be started.
        subprocess.SubprocessError: it failed, or took too long.
    """
    with subprocess.Popen(
        list(map(os.fspath, command)),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=timeout_s)
        finally:
            _end_group(process)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args, said)
    return said


def _end_group(process: subprocess.Popen[str]) -> None:
    """End what is left of it; asks first, since a package manager has something to put right."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)
