"""What simulated editors saw: answers, keystrokes, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One request and its answer; times are of the machine's monotonic clock.

    Attributes:
        user: who asked.
        sent: when.
        received: when the answer came.
        outcome: ``shown``, ``empty``, ``superseded`` (null, or an error because it was taken back).
        source: where what is shown comes from, as the server says, or empty.
    """

    user: str
    sent: float
    received: float
    outcome: str
    source: str = ""

    @property
    def ms(self) -> float:
        """How long it took, as the editor sees it."""
        return (self.received - self.sent) * 1e3


@dataclass(slots=True)
class Tally:
    """What all editors saw.

    Attributes:
        answers: every request that was answered.
        keys: that were typed.
        stale: suggestions for another place, or behind an answer to a later request.
        errors: what should not have happened, and how often.
        lost: requests that were never answered.
    """

    answers: list[Answered] = field(default_factory=list[Answered])
    keys: int = 0
    stale: int = 0
    lost: int = 0
    errors: dict[str, int] = field(default_factory=dict[str, int])

    def error(self, what: str) -> None:
        """Count something that should not have happened."""
        self.errors[what] = self.errors.get(what, 0) + 1
