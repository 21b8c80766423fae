"""What keeps a process from this machine: the first of the known programs that really does it here.

Whether it does is not believed but tried: a process inside is told of another process and a file of
the user, and has to fail at reaching them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from fimls.errors import FimlsError
from fimls.jail import bubblewrap, nsjail, systemd_run

Command = Callable[[str, Sequence[str], int], tuple[str, ...]]
"""Words before a command, of: the program's path, what is readable inside, most bytes of memory."""

PROGRAMS: dict[str, Command] = {
    "bwrap": bubblewrap.command,
    "nsjail": nsjail.command,
    "systemd-run": systemd_run.command,
}

_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/ld.so.cache")
"""Where the C library is."""

MEMORY_BYTES = 2**30

_ATTEMPTS = """
import os, socket, sys
process, file = int(sys.argv[1]), sys.argv[2]
folders = ("/", "/tmp", "/var/tmp", "/dev/shm", "/run", "/empty", "/usr", os.path.dirname(file))


def refused(attempt):
    try:
        attempt()
    except (OSError, ValueError):
        return True
    return False


def prlimit():
    import resource
    resource.prlimit(process, resource.RLIMIT_NOFILE)


held = (
    refused(lambda: os.kill(process, 0))
    and refused(prlimit)
    and refused(lambda: open(file))
    and all(refused(lambda: open(f"{folder}/fimls-written", "w")) for folder in folders)
    and {name for _, name in socket.if_nameindex()} <= {"lo"}
)
print("held" if held else "open")
"""


def isolated(readable: Sequence[Path]) -> tuple[str, ...]:
    """Return what to write before a command of this Python, so that it runs inside.

    Args:
        readable: what it may read besides Python.

    Raises:
        FimlsError: nothing that is installed can do that here.
    """
    name, program = _found(os.environ.get("PATH", os.defpath))
    return _command(name, program, readable)


@cache
def _found(path: str) -> tuple[str, str]:
    for name in PROGRAMS:
        if (program := shutil.which(name, path=path)) is not None and holds(name, program):
            return name, program
    raise FimlsError(
        "What a model wrote is executed in bubblewrap, nsjail or systemd-run (for root) only, and"
        " none of them works here: install one (`apt-get install bubblewrap`)."
    )


def holds(name: str, program: str) -> bool:
    """Whether a program keeps a process inside: in some containers nobody may make namespaces.

    Args:
        name: one of `PROGRAMS`.
        program: its path.
    """
    with tempfile.NamedTemporaryFile(prefix="fimls-jail-") as file:
        words = (sys.executable, "-I", "-S", "-c", _ATTEMPTS, str(os.getpid()), file.name)
        command = (*_command(name, program, ()), *words)
        try:
            done = subprocess.run(command, check=False, capture_output=True, timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            return False
    return done.stdout == b"held\n"


def _command(name: str, program: str, readable: Sequence[Path]) -> tuple[str, ...]:
    python = {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent.parent)}
    seen = [*_SYSTEM, *sorted(python), *map(str, readable)]
    return PROGRAMS[name](program, [path for path in seen if Path(path).exists()], MEMORY_BYTES)
