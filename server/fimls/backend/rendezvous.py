"""Rendezvous hashing: each key has an order of preference among places, and keeps it.

Where one place is gone, its keys alone go elsewhere, each to its own next one; the others stay.

Source: Thaler and Ravishankar, "Using name-based mappings to increase hit rates" (1998).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

_BYTES = 8


def preference(key: bytes, places: Iterable[str]) -> Sequence[str]:
    """Return the names of places, the one that suits a key best first."""
    return sorted(places, key=lambda name: _digest(key, name), reverse=True)


def fraction(key: bytes) -> float:
    """Return a number from 0 up to 1 that is always the same for a key, and evenly spread."""
    return int.from_bytes(_digest(key, "")) / 2 ** (8 * _BYTES)


def _digest(key: bytes, name: str) -> bytes:
    return hashlib.blake2b(name.encode(), key=key[:64], digest_size=_BYTES).digest()
