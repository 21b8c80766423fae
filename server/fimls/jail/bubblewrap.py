"""Bubblewrap: a process that sees Python, read-only, and nothing else of this machine.

It has no network, no other processes and no place to write to; all that it starts ends with it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fimls.errors import FimlsError

_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/ld.so.cache")
"""Where the C library is."""


def bubblewrap(files: Sequence[Path]) -> tuple[str, ...]:
    """Return what to write before a command of this Python, so that it runs inside.

    Args:
        files: what else it may read.

    Raises:
        FimlsError: there is no bubblewrap, or it cannot do that here.
    """
    if (program := shutil.which("bwrap")) is None or not _works(program):
        raise FimlsError(
            "What a model wrote is executed in bubblewrap only, which does not work here: install"
            " it (`apt-get install bubblewrap`)."
        )
    return _command(program, files)


@cache
def _works(program: str) -> bool:
    """Whether the kernel lets it: in some containers nobody may make namespaces."""
    command = (*_command(program, ()), sys.executable, "-I", "-S", "-c", "")
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _command(program: str, files: Sequence[Path]) -> tuple[str, ...]:
    python = {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent.parent)}
    seen = [*_SYSTEM, *sorted(python), *map(str, files)]
    read = [word for path in seen for word in ("--ro-bind-try", path, path)]
    return (
        program,
        *("--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"),
        *("--cap-drop", "ALL", "--clearenv"),
        *read,
        *("--proc", "/proc", "--dev", "/dev", "--dir", "/empty", "--chdir", "/empty"),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--"),
    )
