"""What is computed from a text once and remembered: by each session for itself.

A memory that sessions share tells one, by the time it takes, what another one's text says, and what
many write there pushes out what one needs. So a session has memories of its own; what runs for it
is in its context, tasks and threads included.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

Memories = dict[Hashable, Callable[..., object]]
"""Function -> the same one with a memory."""

_ALONE: Memories = {}
_memories: ContextVar[Memories] = ContextVar("memories", default=_ALONE)


def remembered(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Remember what a function returned last, for so many arguments, apart for each session."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def remembering(*args: P.args, **kwargs: P.kwargs) -> R:
            memories = _memories.get()
            known = memories.get(remembering)
            if known is None:
                known = memories[remembering] = lru_cache(maxsize=most)(function)
            return known(*args, **kwargs)  # type: ignore[return-value]

        return remembering

    return decorate


def is_in(memories: Memories) -> None:
    """Say whose memories what is run from here on uses; nobody's are the process's."""
    _memories.set(memories)
