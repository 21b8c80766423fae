"""The logins of this machine."""

from __future__ import annotations

import pwd


def login(uid: int) -> str:
    """Return the name of a user of this machine, or the number as a name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"
