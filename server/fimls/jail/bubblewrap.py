"""Bubblewrap: a process that sees Python, read-only, and nothing else of this machine.

It has no network, no other processes and no place to write to; all that it starts ends with it.
"""

from __future__ import annotations

from collections.abc import Sequence


def command(program: str, readable: Sequence[str], _memory: int) -> tuple[str, ...]:
    """Return the words before a command that is to run inside."""
    return (
        program,
        *("--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"),
        *("--cap-drop", "ALL", "--clearenv"),
        *(word for path in readable for word in ("--ro-bind", path, path)),
        *("--proc", "/proc", "--dev", "/dev", "--dir", "/empty", "--chdir", "/empty"),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--"),
    )
