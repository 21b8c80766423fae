"""systemd-run: a service of a user that exists for it alone.

Only the system's own manager makes such a user, so this works for root alone. In a service of the
caller's own user a program could signal the caller's other processes.
"""

from __future__ import annotations

from collections.abc import Sequence


def command(program: str, readable: Sequence[str], memory: int) -> tuple[str, ...]:
    """Return the words before a command that is to run inside."""
    properties = (
        *("DynamicUser=yes", "PrivateNetwork=yes", "PrivateDevices=yes", "PrivateIPC=yes"),
        *("NoNewPrivileges=yes", "CapabilityBoundingSet=", "RestrictNamespaces=yes"),
        *("ProtectProc=invisible", "ProtectKernelTunables=yes", "ProtectControlGroups=yes"),
        *("RestrictAddressFamilies=AF_UNIX", "LockPersonality=yes", "KillMode=control-group"),
        *("TemporaryFileSystem=/:ro", f"MemoryMax={memory}", "TasksMax=8", "RuntimeMaxSec=60"),
        *(f"BindReadOnlyPaths={path}" for path in readable),
    )
    return (
        program,
        *("--quiet", "--pipe", "--wait", "--collect", "--service-type=exec"),
        *(f"--property={each}" for each in properties),
        "--",
    )
