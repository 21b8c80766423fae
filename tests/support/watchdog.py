"""Charges each callback of an event loop its own processor time, and says which took too long.

Processor time of the loop's own thread: what other processes do on a busy machine does not count,
nor what worker threads do. Where another thread shares the core, the same work takes up to twice as
long: a callback above the budget is held against a fixed piece of work, done right behind it.
Wall-clock lag is what `fimls bench hub --hostile` reports.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import time
from collections.abc import Callable, Iterator
from typing import Any

BUDGET_S = 0.05
"""How long one callback may keep the others waiting, in 99 of 100."""

MOST_S = 2 * BUDGET_S
"""What no callback may take; the longest that a hub is known for, its first read with a log of
everything, takes 20 ms."""

_WORK, _WORK_S = 100_000, 0.0056
"""A piece of work, and how long it takes on the machine that the budget was written for."""

Report = Callable[[float, str], None]


@contextlib.contextmanager
def watching(
    report: Report,
    *,
    product_only: bool,
    since: Callable[[], bool] = lambda: True,
    most_s: float = MOST_S,
) -> Iterator[None]:
    """Report callbacks that take more than any may while this runs.

    Args:
        report: is told the seconds and whose callback it was.
        since: whether callbacks that begin now count.
        most_s: what no callback may take.
        product_only: leave out callbacks of tests, for a loop that both run in. The collector is
            left out as well then: what it searches are the tests' objects.
    """
    run: Callable[[Any], None] = asyncio.Handle._run
    collecting = _Collecting() if product_only else None

    def charged(handle: Any) -> None:
        callback = handle._callback  # a handle that is cancelled meanwhile forgets it
        counts = since()
        collected = collecting.seconds if collecting else 0.0
        began = time.thread_time()
        run(handle)
        took = time.thread_time() - began
        if took > min(BUDGET_S, most_s) and counts:
            took -= (collecting.seconds - collected) if collecting else 0.0
            took /= _slowness()
            if took > most_s and (not product_only or _is_product(callback)):
                report(took, _name(callback))

    asyncio.Handle._run = charged  # type: ignore[method-assign]
    try:
        yield
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign]
        if collecting:
            collecting.end()


def _slowness() -> float:
    began = time.thread_time()
    sum(n * n % 7 for n in range(_WORK))
    return max(1.0, (time.thread_time() - began) / _WORK_S)


class _Collecting:
    """How long the garbage collector has worked."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._began = 0.0
        gc.callbacks.append(self._tell)

    def end(self) -> None:
        gc.callbacks.remove(self._tell)

    def _tell(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.thread_time()
        else:
            self.seconds += time.thread_time() - self._began


def _owner(callback: Any) -> Any:
    while isinstance(callback, functools.partial):
        callback = callback.func
    return getattr(callback, "__self__", callback)


def _is_product(callback: Any) -> bool:
    owner = _owner(callback)
    if isinstance(owner, asyncio.Task):
        return "/server/fimls/" in _file(owner)
    protocol = getattr(owner, "_protocol", None)  # of a transport
    app = getattr(protocol, "_app_protocol", None)  # below TLS
    return any(type(each).__module__.startswith("fimls.") for each in (owner, protocol, app))


def _name(callback: Any) -> str:
    owner = _owner(callback)
    return repr(owner.get_coro() if isinstance(owner, asyncio.Task) else callback)[:300]


def _file(task: asyncio.Task[Any]) -> str:
    code = getattr(task.get_coro(), "cr_code", None)
    return code.co_filename if code is not None else ""
