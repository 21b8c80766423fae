"""Work that a user waits for: its progress is shown, and it can be cancelled from there."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types

from fimls.lsp.request_errors import RequestError
from fimls.lsp.server_interface import Client

if TYPE_CHECKING:
    from concurrent.futures import Future


logger = logging.getLogger(__name__)

T = TypeVar("T")

_AFTER_S = 0.1
"""What is done sooner shows no progress."""
_PERIOD_S = 0.1
_WIDTH = 80
"""Characters of the newest line that are shown."""


class WorkProgress:
    """The progress of one request's work, where the client shows such."""

    def __init__(self, ls: Client, title: str, token: types.ProgressToken | None = None) -> None:
        """Nothing is shown yet; `token` is the client's, if its request brought one."""
        self._ls = ls
        self._title = title
        self._token = token
        self._begun = False
        self._said_at = 0.0

    async def run(self, work: Callable[[Callable[[str], None]], Awaitable[T]]) -> T:
        """Return what the work returns; it is given a function that shows a text so far.

        Raises:
            Declined: the user cancelled it where its progress is shown.
        """
        task = asyncio.ensure_future(work(self._say))
        self._ls.spawn(self._begin(task))
        try:
            return await task
        except asyncio.CancelledError:
            me = asyncio.current_task()
            if me is not None and me.cancelling():
                raise  # the request itself was cancelled
            raise RequestError("Cancelled.", types.LSPErrorCodes.RequestCancelled) from None
        finally:
            self._end()

    async def _begin(self, task: asyncio.Future[T]) -> None:
        progress: Any = self._ls.work_done_progress  # its types are partial
        if self._token is None:
            await asyncio.sleep(_AFTER_S)
            if task.done() or not self._ls.features.edits.progress:
                return
            token = f"fimls-{uuid.uuid4().hex}"
            try:
                await progress.create_async(token)
            except Exception as error:  # the work goes on unseen
                logger.debug("The client shows no progress: %s", type(error).__name__)
                return
            self._token = token
        if task.done():
            return
        self._begun = True
        progress.begin(
            self._token,
            types.WorkDoneProgressBegin(title=self._title, cancellable=True, message="asking"),
        )
        cancelled: Future[object] = progress.tokens[self._token]
        cancelled.add_done_callback(lambda _: task.cancel())

    def _say(self, text: str) -> None:
        now = time.monotonic()
        if not self._begun or now - self._said_at < _PERIOD_S:
            return
        self._said_at = now
        lines = [line for line in text.split("\n") if line.strip()]
        if lines and self._token is not None:
            newest = lines[-1].strip()[:_WIDTH]
            count = f"{len(lines)} line{'s' if len(lines) > 1 else ''}"
            report = types.WorkDoneProgressReport(message=f"{count}: {newest}")
            self._ls.work_done_progress.report(self._token, report)

    def _end(self) -> None:
        if self._begun and self._token is not None:
            progress: Any = self._ls.work_done_progress
            with contextlib.suppress(Exception):  # a client that is gone needs no end
                progress.end(self._token, types.WorkDoneProgressEnd())
            progress.tokens.pop(self._token, None)


class Shown:
    """The progress of work that nobody asked for, where the client shows such: begin and end."""

    def __init__(self, ls: Client, title: str) -> None:
        """Begin it."""
        self._ls = ls
        self._token = f"fimls-{uuid.uuid4().hex}"
        self._title = title
        self._latest = (0, 1)
        self._begun = False
        if ls.features.edits.progress:
            ls.spawn(self._begin())

    def report(self, done: int, of: int) -> None:
        """Show how far it is; done with all of it, it ends."""
        self._latest = done, of
        if self._begun:
            self._show()

    async def _begin(self) -> None:
        progress: Any = self._ls.work_done_progress  # its types are partial
        try:
            await progress.create_async(self._token)
        except Exception as error:  # the work goes on unseen
            logger.debug("The client shows no progress: %s", type(error).__name__)
            return
        self._begun = True
        begin = types.WorkDoneProgressBegin(title=self._title, percentage=0)
        progress.begin(self._token, begin)
        self._show()

    def _show(self) -> None:
        progress: Any = self._ls.work_done_progress
        done, of = self._latest
        if done < of:
            message = f"{done:,} of {of:,} files"
            report = types.WorkDoneProgressReport(message=message, percentage=100 * done // of)
            progress.report(self._token, report)
            return
        self._begun = False
        with contextlib.suppress(Exception):  # a client that is gone needs no end
            progress.end(self._token, types.WorkDoneProgressEnd())
        progress.tokens.pop(self._token, None)
