"""What a process that we start sees of our environment: no keys, tokens or passwords."""

from __future__ import annotations

import os

from fimls.logs.redaction import names_a_secret, redacted


def without_secrets() -> dict[str, str]:
    """Return our environment for a process that needs none of the user's secrets."""
    return {
        name: value
        for name, value in os.environ.items()
        if not names_a_secret(name) and redacted(value) == value
    }
