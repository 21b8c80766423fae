"""Whose grammar the engine compiles next: one of each user at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Hashable


class GrammarQueue:
    """Shares out what constraints cost before the first token, and no turn at the engine shows."""

    def __init__(self) -> None:
        """Nothing is compiled."""
        self._locks: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    @contextlib.asynccontextmanager
    async def turn(self, user: Hashable) -> AsyncGenerator[None, None]:
        """Wait until no other grammar of a user is compiled, until the end of the block."""
        lock, count = self._locks.get(user, (asyncio.Lock(), 0))
        self._locks[user] = lock, count + 1
        try:
            async with lock:
                yield
        finally:
            lock, count = self._locks[user]
            self._locks[user] = lock, count - 1
            if count == 1:
                del self._locks[user]
