"""What hosted engines may count in an hour and in a day: a warning before, and a clear stop."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from fimls.backend.base import Backend, Chunk, GenerateRequest, Usage
from fimls.backend.wrapper import BackendWrapper
from fimls.errors import BackendUnpaid

_HOUR_S, _DAY_S = 3_600.0, 86_400.0
_WARN_SHARE = 0.8
_BYTES_A_TOKEN = 3
"""Where an answer is left before the engine has counted it."""

logger = logging.getLogger(__name__)


class Spending:
    """Counts tokens of one process; several engines may share it."""

    def __init__(
        self, *, hourly: int, daily: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Nothing is spent; 0 is no limit."""
        self._limits = tuple(
            (name, limit, period)
            for name, limit, period in (
                ("privacy.hourly_tokens", hourly, _HOUR_S),
                ("privacy.daily_tokens", daily, _DAY_S),
            )
            if limit
        )
        self._clock = clock
        self._spent: deque[tuple[float, int]] = deque()
        self._warned: set[str] = set()

    @property
    def shown(self) -> str:
        """What was counted, for a status bar: rounded, so that it does not change at each key."""
        spent = f", {_rounded(self._within(_HOUR_S)):,} tokens in an hour"
        shares = [
            f"{100 * self._within(period) // limit // 10 * 10} % of {name}"
            for name, limit, period in self._limits
        ]
        return ", ".join([spent, *shares])

    def check(self) -> None:
        """Let a request go, or not.

        Raises:
            BackendUnpaid: a limit is reached.
        """
        for name, limit, period in self._limits:
            spent = self._within(period)
            if spent >= limit:
                raise BackendUnpaid(
                    f"Hosted engines have counted {spent:,} tokens, the limit that {name} sets:"
                    " raise it, or wait until some time has passed."
                )
            if spent < _WARN_SHARE * limit:
                self._warned.discard(name)
            elif name not in self._warned:
                self._warned.add(name)
                logger.warning(
                    "Hosted engines have counted %d of the %d tokens that %s allows.",
                    *(spent, limit, name),
                )

    def add(self, tokens: int) -> None:
        """Take note of what was counted."""
        now = self._clock()
        self._spent.append((now, tokens))
        while self._spent and self._spent[0][0] < now - _DAY_S:
            self._spent.popleft()

    def _within(self, period: float) -> int:
        since = self._clock() - period
        return sum(tokens for at, tokens in self._spent if at >= since)


def _rounded(tokens: int) -> int:
    """Keep the first figure of a number, and the second as 0 or 5."""
    step = max(1_000, 5 * 10 ** (len(str(tokens)) - 2))
    return tokens // step * step


class SpendingBackend(BackendWrapper):
    """A backend over a hosted one."""

    def __init__(self, backend: Backend, spending: Spending) -> None:
        """`spending` counts, and stops."""
        super().__init__(backend)
        self._spending = spending

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`.

        Raises:
            BackendUnpaid: a limit is reached.
        """
        self._spending.check()
        usage = Usage()
        try:
            async with aclosing(self._backend.stream(request)) as chunks:
                async for chunk in chunks:
                    usage = chunk.usage
                    yield chunk
        finally:
            read = usage.prompt_tokens or _estimated(request)
            self._spending.add(read + usage.completion_tokens)


def _estimated(request: GenerateRequest) -> int:
    if request.input_ids:
        return len(request.input_ids)
    said = (request.text or "", request.suffix or "", *(text for _, text in request.messages))
    return sum(map(len, said)) // _BYTES_A_TOKEN
