"""Connections that are not let in yet: who opens many of them keeps nobody else out."""

from __future__ import annotations

from typing import Protocol


class UnauthenticatedConnection(Protocol):
    """What waits outside."""

    @property
    def place(self) -> str:
        """Where it comes from: an address, a network, or a login of this machine."""
        ...

    def drop(self) -> None:
        """End it."""
        ...


class UnauthenticatedConnections:
    """Those who wait outside, by the place they come from; of one place the oldest first."""

    def __init__(self, most: int) -> None:
        """Nobody waits; `most` is how many may."""
        self.most = most
        self._places: dict[str, dict[UnauthenticatedConnection, None]] = {}
        self._count = 0

    def __len__(self) -> int:
        """Return how many wait."""
        return self._count

    def add(self, outsider: UnauthenticatedConnection) -> UnauthenticatedConnection | None:
        """Have one more wait; returns who was dropped for it, if there was no room.

        That is the oldest of the place that most come from: whoever fills the room does so at the
        cost of its own.
        """
        dropped = self.drop_one() if self._count >= self.most else None
        self._places.setdefault(outsider.place, {})[outsider] = None
        self._count += 1
        return dropped

    def discard(self, outsider: UnauthenticatedConnection) -> None:
        """Take note that one is let in, or gone."""
        waiting = self._places.get(outsider.place, {})
        if outsider in waiting:
            del waiting[outsider]
            self._count -= 1
            if not waiting:
                del self._places[outsider.place]

    def drop_one(self) -> UnauthenticatedConnection | None:
        """Drop one to make room; returns it, or None where nobody waits."""
        if not self._places:
            return None
        oldest = next(iter(max(self._places.values(), key=len)))
        self.discard(oldest)
        oldest.drop()
        return oldest
