"""nsjail: the same as bubblewrap does, by namespaces of its own."""

from __future__ import annotations

from collections.abc import Sequence


def command(program: str, readable: Sequence[str], memory: int) -> tuple[str, ...]:
    """Return the words before a command that is to run inside."""
    return (
        program,
        *("--mode", "o", "--really_quiet", "--time_limit", "60"),
        *("--rlimit_as", str(memory >> 20), "--rlimit_nofile", "64", "--rlimit_fsize", "0"),
        *(word for path in readable for word in ("--bindmount_ro", path)),
        *("--bindmount", "/dev/null", "--bindmount_ro", "/dev/urandom", "--iface_no_lo"),
        *("--cwd", "/", "--"),
    )
