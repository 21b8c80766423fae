"""Finding by itself that the engine is back: nobody types while completions do not work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fimls.errors import BackendUnauthorised, BackendUnreachable, FimlsError

PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Between looks; the last one again and again."""


class EngineRecovery:
    """Looks after an engine that does not answer, as long as an editor is there.

    A look asks the engine what it serves, which costs it nothing.
    """

    def __init__(
        self,
        look: Callable[[], Awaitable[object]],
        *,
        back: Callable[[], None],
        still: Callable[[FimlsError], None],
    ) -> None:
        """Do nothing until an engine fails.

        Args:
            look: asks the engine; raises a FimlsError that says what is wrong.
            back: is told that it answers again.
            still: is told what is wrong now.
        """
        self._look = look
        self._back = back
        self._still = still
        self._task: asyncio.Task[None] | None = None

    def see(self, error: FimlsError | None) -> None:
        """Take note of how it is now: None is well."""
        if error is None:
            self.stop()
        elif isinstance(error, BackendUnreachable | BackendUnauthorised) and self._task is None:
            self._task = asyncio.ensure_future(self._run())
            self._task.add_done_callback(self._ended)

    def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def aclose(self) -> None:
        """Look no more, and wait until that has ended."""
        task = self._task
        self.stop()
        await asyncio.gather(*filter(None, [task]), return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if self._task is task:
            self._task = None
        if not task.cancelled():
            task.exception()  # what nobody foresaw: the next key tells the user

    async def _run(self) -> None:
        pauses = iter(PAUSES_S)
        while True:
            await asyncio.sleep(next(pauses, PAUSES_S[-1]))
            try:
                await self._look()
            except FimlsError as error:
                self._still(error)
            else:
                self._task = None  # what `back` does must not cancel it
                self._back()
                return
