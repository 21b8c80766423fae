"""Starts one process in a jail, reads what it says, and ends all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from fimls.errors import FimlsError
from fimls.jail.isolation import isolated

SECONDS = 15.0
"""How long a program may take by the clock; `inside/limits.py` bounds the rest."""

_HERE = Path(__file__).parent
_START = """import sys, types
for name in ("fimls", "fimls.jail"):
    sys.modules[name] = package = types.ModuleType(name)
    package.__path__ = []
package.__path__ = [{folder!r}]
from fimls.jail.inside.{name}_process import main
main()"""
"""Of fimls there is this one package, without what the packages above it import."""

Stream = IO[bytes] | int


def command_of(
    name: str,
    texts: Sequence[str],
    folder: Path,
    *,
    jailed: bool = True,
    readable: Sequence[Path] = (),
    python: Path | None = None,
) -> list[str]:
    """Return the command of one of the processes of `inside`.

    Args:
        name: which one.
        texts: what it finds in the file that it is given.
        folder: where that file is put.
        jailed: whether it is kept from what is outside.
        readable: what it may read besides Python.
        python: the interpreter, by default this one.

    Raises:
        FimlsError: there is nothing here that keeps it inside.
    """
    if os.name != "posix":
        raise FimlsError("Programs can only be executed on Linux and macOS: use --no-exec here.")
    file = folder / f"{name}.json"
    file.write_text(json.dumps(texts), "utf-8")  # half a character stays one
    within = isolated((_HERE / "inside", file, *readable)) if jailed else ()
    code = _START.format(folder=str(_HERE), name=name)
    return [*within, str(python or sys.executable), "-I", "-S", "-B", "-c", code, str(file)]


def started(
    stack: contextlib.ExitStack,
    command: Sequence[str],
    folder: Path,
    streams: tuple[Stream, Stream, Stream],
) -> subprocess.Popen[bytes]:
    """Start a command with an empty environment; it ends with the stack, and all it started too."""
    stdin, stdout, stderr = streams
    process = subprocess.Popen(
        command,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        cwd=folder,
        env={},
        start_new_session=True,
    )
    stack.callback(_end_group, process)
    return process


class Pipe:
    """Both ends of a pipe, as files that know whether they are closed."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        """Open it until the stack ends."""
        read, write = os.pipe()
        self.read = stack.enter_context(os.fdopen(read, "rb", buffering=0))
        self.write = stack.enter_context(os.fdopen(write, "wb", buffering=0))

    def said(self, until: float, most_bytes: int) -> bytes:
        """Return what is written until its end; nothing if that is late or longer.

        Args:
            until: the time by `time.monotonic`.
            most_bytes: so much is read.
        """
        said = bytearray()
        while (left := until - time.monotonic()) > 0 and len(said) <= most_bytes:
            if not select.select([self.read], [], [], left)[0]:
                break
            data = os.read(self.read.fileno(), most_bytes + 1 - len(said))
            if not data:
                return bytes(said)
            said += data
        return b""


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
