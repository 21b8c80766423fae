"""The baseline: a backing-off n-gram over the training tokens and the file at hand."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence

LONGEST = 8
"""Longest context that is looked up, in tokens."""

MOST_PLACES = 500
"""Places of one context that are counted."""


class NGram:
    """Predicts what followed the longest matching context: in the file itself, else in training.

    Tokens are kept as one string of two-byte numbers, so that a search is `bytes.find`.
    """

    def __init__(self, training: Sequence[int]) -> None:
        self._training = array("H", training).tobytes()

    def next(self, context: Sequence[int]) -> int | None:
        """Return the likeliest next token, or None when nothing like the context was ever seen."""
        text = array("H", context).tobytes()
        for length in range(min(LONGEST, len(context)), 0, -1):
            pattern = text[-2 * length :]
            for place in (text, self._training):
                followers = _followers(place, pattern)
                if followers:
                    return followers.most_common(1)[0][0]
        return None


def _followers(text: bytes, pattern: bytes) -> Counter[int]:
    found: Counter[int] = Counter()
    at = text.find(pattern)
    while at >= 0 and len(found) < MOST_PLACES and found.total() < MOST_PLACES:
        after = at + len(pattern)
        if at % 2 == 0 and after < len(text):
            found[int.from_bytes(text[after : after + 2], "little")] += 1
        at = text.find(pattern, at + 1)
    return found
