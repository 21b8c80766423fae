"""Runs a program that a model wrote, in a process of its own with nothing to break."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from fimls.errors import FimlsError

SECONDS = 15.0
"""How long a program may take by the clock; `fimls.evaluation.jail` limits processor and memory."""

_JAIL = Path(__file__).with_name("jail.py")


def passes(program: str, *, seconds: float = SECONDS) -> bool:
    """Whether a program runs to its end without an error.

    It sees the standard library alone, an empty environment and an empty folder. What it is kept
    from, `fimls.evaluation.jail` says.

    Raises:
        FimlsError: this system has no way to limit a process.
    """
    if os.name != "posix":
        raise FimlsError("Programs can only be executed on Linux and macOS: give --no-exec.")
    word = secrets.token_hex(16)
    try:
        given = f"{word}\n{program}".encode()
    except UnicodeEncodeError:
        return False  # half a character: Python would not compile it either
    with tempfile.TemporaryDirectory(prefix="fimls-eval-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", _JAIL],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={},
            start_new_session=True,
        )
        try:
            said, _ = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            said = b""
        finally:
            if process.poll() is None:
                _end_group(process)
    return process.returncode == 0 and said == word.encode()


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
