"""What the user is told when completions fail: one sentence for a cause, not one for every key."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fimls.errors import FimlsError

logger = logging.getLogger(__name__)

PERIOD_S = 3_600.0
"""How long a shown cause is not shown again, in seconds."""


class Status:
    """Remembers which causes were shown, and whether completions fail now."""

    def __init__(self, show: Callable[[str], None], *, clock: Callable[[], float]) -> None:
        """`show` puts a sentence before the user; `clock` gives seconds."""
        self._show = show
        self._clock = clock
        self._shown_at: dict[type[FimlsError], float] = {}
        self._cause: type[FimlsError] | None = None

    def problem(self, error: FimlsError) -> bool:
        """Take note that a completion failed; its kind of error is the cause.

        Returns whether the cause is new: while one lasts, every key repeats it.
        """
        cause, now = type(error), self._clock()
        new = cause is not self._cause
        logger.log(logging.WARNING if new else logging.DEBUG, "%s", error)
        self._cause = cause
        if now - self._shown_at.get(cause, -PERIOD_S) >= PERIOD_S:
            self._shown_at[cause] = now
            self._show(f"fimls: {error}")
        return new

    def forget(self) -> None:
        """Show every cause again: the settings changed, so it may be another problem now."""
        self._shown_at.clear()
        self._cause = None

    def fine(self) -> None:
        """Take note that a completion did not fail."""
        if self._cause is not None:
            logger.info("Completions work again.")
            self._cause = None
