"""The child process that `fimls.jail.jailed_program` runs; it imports nothing of fimls.

On standard input come a word on the first line and then a program. The word is written to standard
output when the program ran to its end, which no exit status could tell: a program can end itself.
What it hands to `__say__` stands before the word.

It keeps a model's mistakes from doing harm, and from passing for something else. What is made to
break out of Python is held by `fimls.jail.bubblewrap`, around this process.
"""

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


def main() -> None:
    """Read the program, lock the door, run it, and write the word if it came to its end."""
    word, _, program = sys.stdin.buffer.read().decode("utf-8").partition("\n")
    answer = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    _leave_network()
    _limit()
    sys.addaudithook(_audit)
    # As in a script; a BaseException too ends the process before the word is written.

    def say(data: bytes) -> None:
        os.write(answer, data)

    told = {"__name__": "__main__", "__say__": say}
    exec(compile(program, "<program>", "exec"), told)
    os.write(answer, word.encode())
    os._exit(0)  # whatever the program left behind to run at the end


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


if __name__ == "__main__":
    main()
