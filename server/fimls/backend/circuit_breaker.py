"""Whether an engine is to be asked, by how the last requests to it went."""

from __future__ import annotations

import time
from collections.abc import Callable

from fimls.errors import BackendBusy, BackendError, BackendRejected, BackendReplaced

FIRST_S, LONGEST_S = 1.0, 15.0
"""How long a failed engine is not asked: it doubles from one to the other with each failure."""


class CircuitBreaker:
    """Closed while an engine answers, open after a failure, half-open when a probe is due."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """It is closed; `clock` gives seconds."""
        self._clock = clock
        self._until = 0.0
        self._pause_s = FIRST_S
        self.error: BackendError | None = None
        """What was wrong, while it is open."""

    @property
    def open(self) -> bool:
        """Whether no request is to go there."""
        return self.error is not None

    @property
    def due_s(self) -> float:
        """In how many seconds the next probe is due."""
        return max(0.0, self._until - self._clock())

    def failed(self, error: BackendError) -> None:
        """Take note of a failure; what only says that a request is wrong is none."""
        if isinstance(error, BackendRejected | BackendReplaced):
            return
        asked = error.retry_after_s if isinstance(error, BackendBusy) else None
        self._until = self._clock() + (self._pause_s if asked is None else asked)
        self._pause_s = min(2 * self._pause_s, LONGEST_S)
        self.error = error

    def passed(self) -> None:
        """Take note that it answers."""
        self.error = None
        self._pause_s = FIRST_S
