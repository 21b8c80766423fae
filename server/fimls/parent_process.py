"""Noticing that a process has ended: an editor's, whose end of a pipe somebody else may hold."""

from __future__ import annotations

import asyncio
import os
import sys

_EVERY_S = 2.0
"""How often it is looked where the system does not tell by itself."""


async def ended(pid: int) -> None:
    """Return when a process has ended; never for one that is not there now.

    An editor may run elsewhere, and see other numbers of processes than this system does.
    """
    if pid <= 0 or not _is_there(pid):
        await asyncio.Event().wait()
    over, loop = asyncio.Event(), asyncio.get_running_loop()
    try:
        descriptor = os.pidfd_open(pid)
    except (AttributeError, OSError):  # not Linux, or not allowed here
        _look(pid, over, loop)
        await over.wait()
        return
    try:
        loop.add_reader(descriptor, over.set)
        await over.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _look(pid: int, over: asyncio.Event, loop: asyncio.AbstractEventLoop) -> None:
    if _is_there(pid):
        loop.call_later(_EVERY_S, _look, pid, over, loop)
    else:
        over.set()


def _is_there(pid: int) -> bool:
    if sys.platform == "win32":  # there, a signal 0 ends it
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
