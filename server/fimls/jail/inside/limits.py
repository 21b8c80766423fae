"""Keeps mistakes from doing harm; what is made to break out is held by the jail around."""

from __future__ import annotations

import os
import sys
from typing import Any

CPU_SECONDS = 5
MEMORY_BYTES = 2**30
OPEN_FILES = 64

_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "ctypes.",
    "shutil.",
    "tempfile.",
    "pty.",
    "signal.pthread_kill",
    "os.chmod",
    "os.chown",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.kill",
    "os.link",
    "os.mkdir",
    "os.posix_spawn",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.setxattr",
    "os.removexattr",
    "os.spawn",
    "os.startfile",
    "os.symlink",
    "os.system",
    "os.truncate",
    "os.utime",
)
"""Beginnings of the names of audit events that a program may not raise."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def lock() -> None:
    """Refuse this process network, other processes and changes to files, and bound it."""
    _leave_network()
    _limit()
    sys.addaudithook(_audit)


def _audit(event: str, args: tuple[Any, ...]) -> None:
    """Refuse network, other processes and changes to files; such a hook cannot be taken off."""
    if event.startswith(_FORBIDDEN) or (event == "open" and args[2] & _WRITING):
        raise PermissionError(f"{event} is not allowed here")


def _limit() -> None:
    import resource

    for kind, most in (
        ("RLIMIT_CPU", CPU_SECONDS),
        ("RLIMIT_AS", MEMORY_BYTES),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NPROC", 0),
        ("RLIMIT_NOFILE", OPEN_FILES),
    ):
        # macOS knows some of them by name only; the parent's clock remains.
        if hasattr(resource, kind):
            try:
                resource.setrlimit(getattr(resource, kind), (most, most))
            except (OSError, ValueError):
                continue


def _leave_network() -> None:
    """Enter a network namespace with nothing in it, where the system lets us."""
    if not sys.platform.startswith("linux"):
        return
    new_user, new_network = 0x10000000, 0x40000000  # <linux/sched.h>
    try:
        if sys.version_info >= (3, 12):
            os.unshare(new_user | new_network)
        else:
            import ctypes

            ctypes.CDLL(None).unshare(new_user | new_network)
    except (OSError, ImportError, AttributeError):
        return  # the audit hook remains
