"""What is wrong with a hub now: in the log once, on the status page while it lasts."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from fimls.hub.listening_sockets import notify

_AGAIN_S = 60.0

logger = logging.getLogger(__name__)


class CurrentProblems:
    """Sentences for whoever looks after the hub."""

    def __init__(self) -> None:
        """All is well."""
        self._now: dict[str, str] = {}
        self._said: dict[str, float] = {}

    def now(self) -> Sequence[str]:
        """Return what is wrong now."""
        return tuple(self._now.values())

    def note(self, subject: str, sentence: str | None) -> None:
        """Take note of what is wrong with something, or with None that nothing is."""
        if sentence is None:
            if self._now.pop(subject, None) is not None:
                logger.info("The trouble with the %s is over.", subject)
                notify(f"STATUS={' '.join(self.now()) or 'Serving.'}")
        elif self._now.get(subject) != sentence:
            self._now[subject] = sentence
            logger.error("%s", sentence)
            notify(f"STATUS={' '.join(self.now())}")

    def crowded(self, many: int, place: str) -> None:
        """Say that connections wait outside that do not come in."""
        self._now_and_then(
            "crowded",
            f"{many} connections have not been let in yet, and further ones come: those that have"
            f" waited longest are dropped, most of them from {place}.",
        )

    def exhausted(self, error: OSError) -> None:
        """Say that the system has no room for one more connection."""
        self._now_and_then(
            "exhausted",
            f"No further connection can be accepted ({error.strerror}): raise the limit of open"
            " files (ulimit -n, LimitNOFILE).",
        )

    def _now_and_then(self, subject: str, sentence: str) -> None:
        now = time.monotonic()
        if now - self._said.get(subject, -_AGAIN_S) >= _AGAIN_S:
            self._said[subject] = now
            logger.warning("%s", sentence)
