"""Runs a program and what observes it, in one process of a jail, and returns what that says.

The two share an interpreter, because to observe is to look at frames and lines. So a program can
say what it likes: what is said of it proves nothing about one that is made to deceive. Tests that
a program must not be able to forge are for `fimls.jail.verdict`.
"""

from __future__ import annotations

import contextlib
import secrets
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from fimls.jail.jailed_process import SECONDS, Pipe, command_of, started


def output_of(
    program: str,
    *,
    files: Sequence[Path] = (),
    python: Path | None = None,
    seconds: float = SECONDS,
    most_bytes: int = 1_000_000,
) -> bytes | None:
    """Return what a program handed to `__say__`, or None where it did not come to its end.

    Args:
        program: what is run, in the jail.
        files: what it may read besides Python itself.
        python: the interpreter, by default this one.
        seconds: how long it may take.
        most_bytes: so much may be said.

    Raises:
        FimlsError: there is nothing here that keeps it inside.
    """
    # No exit status could tell that it came to its end: a program can end itself.
    word = secrets.token_hex(16)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fimls-jail-")))
        command = command_of("output", [word, program], folder, readable=files, python=python)
        output = Pipe(stack)
        started(stack, command, folder, (subprocess.DEVNULL, output.write, subprocess.DEVNULL))
        output.write.close()
        said = output.said(time.monotonic() + seconds, most_bytes + len(word))
    return said.removesuffix(word.encode()) if said.endswith(word.encode()) else None
