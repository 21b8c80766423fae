"""Counting tokens where the served model's tokenizer is not here: by bytes, from what engines say.

Budgets stay on the safe side: at first a token is taken for few bytes, as in dense code, and then
for what the engine's own counts of its prompts say, never more than the least that was seen.
"""

from __future__ import annotations

import math
import re

_FIRST = 2.5
"""Bytes of a token before anything is known; code has three to four."""
_LEAST, _MOST = 1.0, 6.0
_ENOUGH_TOKENS = 64
"""Of a prompt that says something: short ones are mostly markup."""

_WORD = re.compile(r"[^\S\r\n]?[^\w\s]*\w*\Z")


class EstimatedTokenizer:
    """Counts as a tokenizer would, within bounds, and splits lines at words."""

    def __init__(self) -> None:
        """Know nothing of the model yet."""
        self._bytes_per_token = _FIRST
        self._seen = False

    def count(self, text: str) -> int:
        """Return about how many tokens a text has, rather too many than too few."""
        return math.ceil(len(text.encode("utf-8", "surrogatepass")) / self._bytes_per_token)

    def last_piece(self, line: str) -> int:
        """Return where the last word of a line begins, with what stands right before it."""
        match = _WORD.search(line)
        assert match is not None  # the pattern matches the empty end
        return match.start()

    def learn(self, text: str, tokens: int) -> None:
        """Take note of how many tokens an engine counted for a text."""
        if tokens < _ENOUGH_TOKENS:
            return
        measured = len(text.encode("utf-8", "surrogatepass")) / tokens
        measured = min(max(measured, _LEAST), _MOST)
        self._bytes_per_token = min(self._bytes_per_token, measured) if self._seen else measured
        self._seen = True
