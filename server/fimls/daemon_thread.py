"""Work in a thread that does not keep the program alive.

Python waits at its end for the threads of `asyncio.to_thread`, and a network that drops packets can
hold one for minutes.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import TypeVar

Result = TypeVar("Result")


async def in_daemon_thread(work: Callable[[], Result]) -> Result:
    """Return what `work` returns; where nobody waits any more, it goes on for nobody."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Result] = loop.create_future()
    context = copy_context()

    def run() -> None:
        try:
            result = context.run(work)
        except BaseException as error:
            _hand_over(loop, lambda error=error: _fail(answer, error))
        else:
            _hand_over(loop, lambda: None if answer.done() else answer.set_result(result))

    threading.Thread(target=run, daemon=True, name="fimls-daemon").start()
    return await answer


def _fail(answer: asyncio.Future[Result], error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)


def _hand_over(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    try:
        loop.call_soon_threadsafe(what)
    except RuntimeError:
        return  # the loop has ended, and nobody waits
