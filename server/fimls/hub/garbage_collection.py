"""When cycles of objects are looked for: a full search stops everybody.

With a hundred editors that is a third of a second. What a key makes has no cycles (those editors
made 74 such objects in eight seconds, all in a client that asks whether the engine answers), so the
old objects are searched only after an editor has left, whose server is one large cycle, and now and
then for what errors leave behind.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress

_YOUNG = (5_000, 5, 1_000_000)
"""New objects after which these are searched; so many times until those that stayed are, too. The
last number keeps Python from ever searching all."""

_USUAL = gc.get_threshold()

_WAIT_S = 60.0
"""How long what an editor left behind stays, so that many who leave cost one search."""

_EVERY_S = 600.0
"""How often there is a search although nobody leaves."""


class GarbageCollection:
    """Searches all objects when somebody has left, and not for each who leaves."""

    def __init__(
        self, quiet: Callable[[], bool], *, wait_s: float = _WAIT_S, every_s: float = _EVERY_S
    ) -> None:
        """`quiet` says whether nobody would notice; the times are `_WAIT_S` and `_EVERY_S`."""
        self._quiet = quiet
        self._wait_s = wait_s
        self._every_s = every_s
        self._left = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Search this way from now on; what there is already stays for good."""
        gc.freeze()
        gc.set_threshold(*_YOUNG)
        self._task = asyncio.create_task(self._run())

    def left(self) -> None:
        """Take note that an editor has left."""
        self._left.set()

    async def aclose(self) -> None:
        """Leave it to Python again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            gc.set_threshold(*_USUAL)
            gc.unfreeze()

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._left.wait()
                    if not self._quiet():
                        await asyncio.sleep(self._wait_s)
            self._left.clear()
            gc.collect()
