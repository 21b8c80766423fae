"""The token that `fimls connect` shows to a hub."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientToken:
    """What lets the user in.

    Attributes:
        read: returns the token as it is now, or None.
        renewable: it may become another one while this process runs.
    """

    read: Callable[[], str | None] = lambda: None
    renewable: bool = False
