"""Runs a program that a model wrote, where it can break nothing; a pass it can still forge.

The program and its tests share an interpreter, so one that is written against this harness can say
that it passed. Honest models do not; a figure says nothing of others.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from fimls.errors import FimlsError
from fimls.jail.bubblewrap import bubblewrap

SECONDS = 15.0
"""How long a program may take by the clock; `child` limits processor time and memory."""

_CONTROL = "\nraise AssertionError\n"
_JAIL = Path(__file__).with_name("child.py")


def passes(program: str, *, seconds: float = SECONDS, jailed: bool = True) -> bool:
    """Whether a program runs to its end without an error.

    It sees the standard library alone, an empty environment and an empty folder. Python is no
    sandbox: `fimls.jail.bubblewrap` keeps it from everything outside, and `jail` from what
    mistakes do. A program shares an interpreter with its tests, so it could say for them that they
    passed. One that says so is run once more with an end that fails: it must not say so then.

    Args:
        program: what is run; the tests come last.
        seconds: how long it may take.
        jailed: whether it is kept from what is outside; if not, it can do what the user can.

    Raises:
        FimlsError: there is nothing here that keeps it inside.
    """
    if os.name != "posix":
        raise FimlsError("Programs can only be executed on Linux and macOS.")
    within = bubblewrap((_JAIL,)) if jailed else ()
    return _ends(within, program, seconds) and not _ends(within, program + _CONTROL, seconds)


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
    word, said = _run(
        bubblewrap((_JAIL, *files)), program, seconds, most_bytes, python or Path(sys.executable)
    )
    return said.removesuffix(word) if said.endswith(word) else None


def _ends(within: Sequence[str], program: str, seconds: float) -> bool:
    word, said = _run(within, program, seconds, 0, Path(sys.executable))
    return said == word


def _run(
    within: Sequence[str], program: str, seconds: float, most_bytes: int, python: Path
) -> tuple[bytes, bytes]:
    """Return the word that stands for a program's end, and all that was written."""
    word = secrets.token_hex(16).encode()
    try:
        given = word + b"\n" + program.encode()
    except UnicodeEncodeError:
        return word, b""  # half a character: Python would not compile it either
    with (
        tempfile.TemporaryDirectory(prefix="fimls-jail-") as folder,
        tempfile.TemporaryFile() as text,
    ):
        text.write(given)
        text.seek(0)
        process = subprocess.Popen(
            [*within, python, "-I", "-S", "-B", _JAIL],
            stdin=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={},
            start_new_session=True,
        )
        assert process.stdout is not None
        with process.stdout as answer:
            try:
                most = most_bytes + len(word) + 1
                said = _read(answer, most, time.monotonic() + seconds)
                ended = said.endswith(word) and process.wait(seconds) == 0
            except subprocess.TimeoutExpired:
                said, ended = b"", False
            finally:
                _end_group(process)
    return word, said if ended else b""


def _read(answer: IO[bytes], most: int, until: float) -> bytes:
    """Return what is written until its end, or so much of it, or what there is in time."""
    said = b""
    while len(said) < most and (left := until - time.monotonic()) > 0:
        if not select.select([answer], [], [], left)[0]:
            break
        data = os.read(answer.fileno(), most - len(said))
        if not data:
            break
        said += data
    return said


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
