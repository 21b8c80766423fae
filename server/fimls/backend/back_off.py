"""Leaving an engine alone that has had too many requests of ours."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from fimls.errors import BackendBusy

FIRST_S, LONGEST_S = 1.0, 60.0
"""How long nothing is sent where the engine does not say: it doubles from one to the other."""


class BackOff:
    """Knows until when nothing is to be sent to one engine."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is held back yet; `clock` gives seconds."""
        self._clock = clock
        self._until = 0.0
        self._next_s = FIRST_S

    def check(self, url: str) -> None:
        """Let a request go, or not.

        Raises:
            BackendBusy: it would come too early.
        """
        left = self._until - self._clock()
        if left > 0:
            raise BackendBusy(
                f"The engine at {url} has had too many requests: nothing is sent for"
                f" {math.ceil(left)} s.",
                retry_after_s=left,
                limits_rate=True,
            )

    def refused(self, error: BackendBusy) -> None:
        """Take note that it was too much."""
        if not error.limits_rate and error.retry_after_s is None:
            return
        wait_s = error.retry_after_s
        if wait_s is None:
            wait_s, self._next_s = self._next_s, min(2 * self._next_s, LONGEST_S)
        self._until = max(self._until, self._clock() + wait_s)
        said = str(error).removesuffix(".")
        error.args = (f"{said}; nothing is sent for {math.ceil(wait_s)} s.",)

    def passed(self) -> None:
        """Take note that a request was taken."""
        self._next_s = FIRST_S
