"""Warm-up: the engine reads what a completion here would ask before anybody asks.

LSP does not tell a server where the cursor is until something is typed. Editors' plug-ins that want
the first completion at a new place as fast as the next ones send, when the cursor comes to rest,
insert mode begins or a document gets the focus::

    fimls/didMoveCursor {"textDocument": {"uri": ...}, "position": {"line": ..., "character": ...}}
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from fimls.errors import FimlsError
from fimls.lsp.lenient_messages import whole
from fimls.text import Document, Point

MOVED_NOTIFICATION = "fimls/didMoveCursor"

Warm = Callable[[Document, Point | None], Awaitable[object]]
"""Have the engine read for a cursor, or only the document's beginning."""

logger = logging.getLogger(__name__)


class WarmUp:
    """At most one warm-up that waits or runs; whatever the user does next takes its place.

    Invariant: it costs nobody anything. It waits until the user pauses and no completion runs, has
    the lowest priority in the engine, ends when typing goes on, and fails silently.
    """

    def __init__(self, warm: Warm, idle: Callable[[], Awaitable[None]]) -> None:
        """`idle` returns when no completion runs."""
        self._warm = warm
        self._idle = idle
        self._task: asyncio.Task[None] | None = None

    def soon(self, document: Document, cursor: Point | None, *, delay_s: float) -> None:
        """Warm up for this place after a pause, unless something comes in between."""
        self.stop()
        self._task = asyncio.ensure_future(self._run(document, cursor, delay_s))

    def stop(self) -> None:
        """Drop the warm-up that waits, and end the one that runs in the engine too."""
        if self._task is not None:
            self._task.cancel()

    async def aclose(self) -> None:
        """End it and wait until it has ended."""
        self.stop()
        await asyncio.gather(*filter(None, [self._task]), return_exceptions=True)

    async def _run(self, document: Document, cursor: Point | None, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        await self._idle()
        try:
            await self._warm(document, cursor)
        except FimlsError as error:
            # The user did not ask for anything, and will be told when a completion fails.
            logger.debug("No warm-up: %s", error)


def moved(params: Any) -> tuple[str, int, int]:
    """Return uri, line and character of a message about a place in a document.

    Raises:
        ValueError: they are not as the module's description says.
    """
    try:
        place = params["position"]
        line, character = whole(place["line"]), whole(place["character"])
        uri = str(params["textDocument"]["uri"])
    except (KeyError, TypeError) as error:
        raise ValueError("A message about a place lacks a document or a position.") from error
    if line is None or character is None:
        raise ValueError("A message about a place has a position that is none.")
    return uri, line, character
