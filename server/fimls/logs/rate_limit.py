"""A bound on how often one kind of message is written."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from fimls.logs.log_labels import labels

AT_ONCE = 20
"""Messages of one kind that are written one after the other."""
REFILL_S = 60.0
"""Seconds until one more of a kind is written."""
_MOST_KINDS = 1_000

EACH = {"each": True}
"""``extra`` of messages of which every one counts: who came in, and who left."""


class RateLimit(logging.Filter):
    """Lets the first messages of a kind through, then one a minute with the number left out.

    A kind is what wrote it for whom, not what it quotes: an engine that fails every other request
    has two kinds. What is written for debugging is not bounded, nor one line for each request,
    which somebody asked for.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        super().__init__()
        self._clock = clock
        self._kinds: OrderedDict[tuple[object, ...], _Kind] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a message is written; it is told how many were not before it."""
        asked_for = hasattr(record, "fields") or getattr(record, "each", False)
        if record.levelno < logging.INFO or asked_for:
            return True
        decided: bool | None = getattr(record, "decided", None)  # by the handler before this one
        if decided is None:
            decided = record.decided = self._decide(record)
        return decided

    def _decide(self, record: logging.LogRecord) -> bool:
        now, key = self._clock(), _kind_of(record)
        kind = self._kinds.pop(key, None) or _Kind(left=AT_ONCE, since=now)
        self._kinds[key] = kind
        if len(self._kinds) > _MOST_KINDS:
            self._kinds.popitem(last=False)
        refilled = int((now - kind.since) / REFILL_S)
        kind.left = min(AT_ONCE, kind.left + refilled)
        kind.since += refilled * REFILL_S
        if kind.left <= 0:
            kind.unwritten += 1
            return False
        kind.left -= 1
        record.repeated, kind.unwritten = kind.unwritten, 0
        return True


@dataclass(slots=True)
class _Kind:
    left: int
    since: float
    unwritten: int = 0


def _kind_of(record: logging.LogRecord) -> tuple[object, ...]:
    quoted = record.args[0] if isinstance(record.args, tuple) and record.args else None
    # Many messages are an error's own sentence: then the error says what kind it is.
    what = type(quoted).__name__ if isinstance(quoted, BaseException) else ""
    return record.name, record.levelno, str(record.msg)[:200], what, labels().get("user")
