"""One of several engines that serve the same model: whether it answers, and what it has to do."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from fimls.backend.base import Backend
from fimls.backend.rendezvous import fraction

RETURN_S = 30.0
"""How long the users of an engine that is back take to come back, one after the other: each has its
prompts read once, and all at once would keep everybody waiting."""


class Replica:
    """An engine with its data-parallel ranks.

    Attributes:
        url: its address.
        backend: it.
        running: generations at each rank, as far as this hub sent them.
        up: whether it answered when it was asked last.
    """

    def __init__(
        self, url: str, backend: Backend, *, ranks: int, clock: Callable[[], float]
    ) -> None:
        """It is taken for one that answers."""
        self.url = url
        self.backend = backend
        self.running = [0] * ranks
        self.up = True
        self._clock = clock
        self._back_at: float | None = None

    def takes(self, key: bytes) -> bool:
        """Whether what has this key is sent here, if it is here that it is kept."""
        if not self.up or self._back_at is None:
            return self.up
        since = self._clock() - self._back_at
        if since >= RETURN_S:
            self._back_at = None
        return fraction(key) < since / RETURN_S

    def failed(self) -> None:
        """Take note that it does not answer."""
        self.up = False

    def returned(self) -> None:
        """Take note that it answers again."""
        self.up, self._back_at = True, self._clock()

    @contextmanager
    def at_work(self, rank: int) -> Generator[None]:
        """Count a generation while it runs."""
        self.running[rank] += 1
        try:
            yield
        finally:
            self.running[rank] -= 1
