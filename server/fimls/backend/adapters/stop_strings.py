"""Ending a text before any of some strings, for engines that send them or take few of them."""

from __future__ import annotations

from collections.abc import Sequence


class StopStrings:
    """Releases a text as far as it is sure to stand before a stop string.

    Attributes:
        met: whether one of the strings came: nothing is released any more.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        """`stops` end the text before them."""
        self._stops = tuple(stop for stop in stops if stop)
        self._kept: str = ""
        self.met = False

    def feed(self, text: str) -> str:
        """Take new text; returns what can be shown of it and of what was kept back."""
        if self.met:
            return ""
        text = f"{self._kept}{text}"
        found: list[int] = [at for stop in self._stops if (at := text.find(stop)) >= 0]
        if found:
            self.met, self._kept = True, ""
            return text[: min(found)]
        kept = max([0, *(_overlap(text, stop) for stop in self._stops)])
        self._kept = text[len(text) - kept :]
        return text[: len(text) - kept]

    def end(self) -> str:
        """Return what was kept back, once the text has ended."""
        kept, self._kept = self._kept, ""
        return kept


def _overlap(text: str, stop: str) -> int:
    longest = min(len(stop) - 1, len(text))
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
