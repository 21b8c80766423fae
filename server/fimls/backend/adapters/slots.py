"""Which of llama.cpp's slots a prompt goes to.

Each slot has one prompt in its cache. A prompt goes where the longest beginning of it is, so that
two documents or users do not evict each other, and else to the slot that was not used for longest.

A slot that another cache namespace used last is read anew: what an engine without namespaces keeps
of one tenant is not matched with what another one asks.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

_LEAST_SHARED = 0.5
"""Of a prompt that has to be in a slot already for it to go there."""


@dataclass(slots=True)
class _Slot:
    number: int
    prompt: Sequence[int] | str = ()
    namespace: str | None = None
    used: int = 0
    running: int = 0


class Slots:
    """Remembers what each slot of one engine has in its cache."""

    def __init__(self, count: int) -> None:
        """`count` is how many slots the engine has."""
        self._slots = [_Slot(number) for number in range(max(1, count))]
        self._clock = itertools.count(1)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._slots)

    @contextmanager
    def taken(
        self, prompt: Sequence[int] | str, namespace: str | None
    ) -> Generator[tuple[int, bool]]:
        """Take a slot for a prompt; yields its number, and whether its cache may be used."""
        slot = self._best(prompt, namespace)
        mine = not slot.used or slot.namespace == namespace
        slot.prompt, slot.namespace, slot.used = prompt, namespace, next(self._clock)
        slot.running += 1
        try:
            yield slot.number, mine
        finally:
            slot.running -= 1

    def _best(self, prompt: Sequence[int] | str, namespace: str | None) -> _Slot:
        shared = {
            slot.number: _shared(slot.prompt, prompt)
            for slot in self._slots
            if slot.used and slot.namespace == namespace
        }
        nearest = max(shared, key=lambda number: shared[number], default=None)
        if nearest is not None and shared[nearest] >= _LEAST_SHARED * len(prompt):
            return self._slots[nearest]  # also if it runs: to wait takes less than to read it all
        return min(self._slots, key=lambda slot: (slot.running, slot.used))


def _shared(first: Sequence[int] | str, second: Sequence[int] | str) -> int:
    """Return how many elements two prompts begin with together."""
    if type(first) is not type(second):
        return 0
    low, high = 0, min(len(first), len(second))
    while low < high:  # comparing slices is done in C
        middle = (low + high + 1) // 2
        low, high = (middle, high) if first[:middle] == second[:middle] else (low, middle - 1)
    return low
