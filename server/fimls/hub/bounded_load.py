"""Which place keeps a key: the first of its preference that has no more to hold than the others.

By preference alone twelve people of forty may come to one of two engines and twenty-eight to the
other, whose cache then evicts what they go on to use, while the first one's has room. A key stays
where it came to be as long as it is used; another hub, or the same one started again, has nearly
all keys at the same places.

Source: Mirrokni, Thorup and Zadimoghaddam, "Consistent Hashing with Bounded Loads" (2018).
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

KEEP_S = 900.0
"""How long a key that nobody uses counts: by then a cache that is full has evicted it."""

MOST_KEYS = 65_536

_MORE = 1.05
"""Times the mean that a place may hold and still be given another key."""


@dataclass(slots=True)
class _Kept:
    place: str
    tokens: int
    used: float


class BoundedLoad:
    """The keys that are in use, the places that keep them, and how many tokens those hold."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Nothing is kept anywhere; `clock` tells seconds."""
        self._clock = clock
        self._kept = OrderedDict[bytes, _Kept]()
        self._held = Counter[str]()

    def place(self, key: bytes, preference: Sequence[str], *, tokens: int) -> str:
        """Return the place of a key, which stays; a new one comes to one of `preference`.

        Args:
            key: what is kept in one place.
            preference: names of places that can take a new key, the one that suits it best first.
            tokens: the prompt's length: what the key has its place hold.
        """
        now = self._clock()
        self._forget(now)
        kept = self._kept.pop(key, None)
        if kept is None:
            mean = sum(self._held[name] for name in preference) / len(preference)
            fair = (name for name in preference if self._held[name] <= _MORE * mean)
            kept = _Kept(next(fair, preference[0]), 0, now)
        self._held[kept.place] += tokens - kept.tokens
        kept.tokens, kept.used = tokens, now
        self._kept[key] = kept
        return kept.place

    def _forget(self, now: float) -> None:
        while self._kept:
            key, oldest = next(iter(self._kept.items()))
            if now - oldest.used < KEEP_S and len(self._kept) < MOST_KEYS:
                return
            del self._kept[key]
            self._held[oldest.place] -= oldest.tokens
