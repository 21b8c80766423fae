"""Counting tokens where the served model's tokenizer is not here: by bytes.

Budgets stay on the safe side: a token is taken for few bytes, as in dense code, until the engine's
own counts of what it was sent say how many it has.
"""

from __future__ import annotations

import math
import re

_FIRST = 2.5
"""Bytes of a token before anything was counted; code has three to four."""
_LEAST, _MOST = 1.0, 6.0
_ENOUGH_TOKENS = 1_000
"""Counted ones: fewer say little."""
_LONGEST_MEMORY_TOKENS = 50_000
_MARGIN, _STEP = 0.93, 0.25
"""What is counted on is less than was seen, and changes in steps: few windows are cut anew."""

_WORD = re.compile(r"[^\S\r\n]?[^\w\s]*\w*\Z")


class EstimatedTokenizer:
    """Counts as a tokenizer would, within bounds, and splits lines at words.

    Attributes:
        bytes_per_token: what is counted on.
    """

    def __init__(self) -> None:
        """Nothing is known of the engine's counts yet."""
        self.bytes_per_token = _FIRST
        self._bytes = self._tokens = 0

    def count(self, text: str) -> int:
        """Return about how many tokens a text has, rather too many than too few."""
        return math.ceil(_size(text) / self.bytes_per_token)

    def learn(self, text: str, tokens: int) -> None:
        """Take note of how many tokens an engine counted in a text that it was sent."""
        size = _size(text)
        if not _LEAST <= size / max(tokens, 1) <= 2 * _MOST:
            return  # it counts something else
        if self._tokens > _LONGEST_MEMORY_TOKENS:
            self._bytes, self._tokens = self._bytes // 2, self._tokens // 2
        self._bytes += size
        self._tokens += tokens
        if self._tokens >= _ENOUGH_TOKENS:
            seen = self._bytes / self._tokens * _MARGIN
            self.bytes_per_token = min(max(seen // _STEP * _STEP, _LEAST), _MOST)

    def last_piece(self, line: str) -> int:
        """Return where the last word of a line begins, with what stands right before it."""
        match = _WORD.search(line)
        assert match is not None  # the pattern matches the empty end
        return match.start()


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
