"""A program with the network shut off."""

from __future__ import annotations

import shutil
import subprocess

SHUT = ["unshare", "--map-root-user", "--net"]


def without_network() -> list[str]:
    """Return what goes before a command: a network namespace of its own, where the kernel lets us.

    Elsewhere it is empty, and what the program asks for itself (pip's ``--no-index``) has to do.
    """
    if shutil.which(SHUT[0]) is None:
        return []
    possible = subprocess.run([*SHUT, "true"], capture_output=True, check=False).returncode == 0
    return SHUT if possible else []
