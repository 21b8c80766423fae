"""How long to wait before an engine is asked that is slower than the typing."""

from __future__ import annotations

_WEIGHT = 0.25
"""What one generation counts against all before it."""

_NOT_WORTH_IT = 0.25
"""Share of generations in vain below which nothing is waited for."""


class Debounce:
    """Grows with the share of generations that were given up before their first token.

    An engine that keeps up is asked at every key, which costs it one token. One that does not only
    collects requests that are aborted: waiting for a pause in the typing spares it those.
    """

    def __init__(self, longest_s: float) -> None:
        """Wait for nothing yet, and never longer than this."""
        self._longest_s = longest_s
        self._in_vain = 0.0

    @property
    def delay_s(self) -> float:
        """Seconds to wait before the next generation."""
        return self._longest_s * self._in_vain if self._in_vain > _NOT_WORTH_IT else 0.0

    def note(self, *, in_vain: bool) -> None:
        """Take account of how one generation ended."""
        self._in_vain += _WEIGHT * (in_vain - self._in_vain)
