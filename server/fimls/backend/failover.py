"""Several engines in order of preference: where one does not answer, the next does.

A request is made for one engine's model. When that engine fails before its first token, whoever
asked is told that another one serves now (`BackendReplaced`), and makes the prompt anew for it, in
the form that it takes. An engine that failed is probed in the background, so that it is the first
again as soon as it is back.

Invariant: only engines that the text may go to are here at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from fimls.backend.base import Backend, Chunk, GenerateRequest, ModelInfo, Usage
from fimls.backend.circuit_breaker import CircuitBreaker
from fimls.backend.prefill import prefilled
from fimls.errors import BackendError, BackendForbidden, BackendReplaced, BackendUnreachable

logger = logging.getLogger(__name__)

SILENT_S = 4.0
"""A request that is given up after so long without a token counts as a failure."""


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    """One of the engines.

    Attributes:
        name: what the settings call it.
        backend: asks it.
        breaker: whether it is to be asked.
        told: what it said last that it serves, and the same with its name.
    """

    name: str
    backend: Backend
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)
    told: tuple[ModelInfo, ModelInfo] | None = None

    async def model_info(self) -> ModelInfo:
        """Return what it serves, with its name; the same object while that is the same."""
        info = await self.backend.model_info()
        if self.told is None or self.told[0] is not info:
            self.told = info, replace(info, engine=self.name)
        return self.told[1]


class FailoverBackend:
    """A `fimls.backend.base.Backend` over several."""

    def __init__(
        self,
        members: Sequence[Member],
        *,
        kept_out: BackendForbidden | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is asked yet.

        Args:
            members: the engines that may be asked, the preferred one first.
            kept_out: what to say of those that may not be, where no other answers.
            clock: seconds.
        """
        self._members = tuple(members)
        self._kept_out = kept_out
        self._clock = clock
        self._probing: asyncio.Task[None] | None = None

    async def model_info(self) -> ModelInfo:
        """Return what the first engine serves that answers.

        Raises:
            BackendForbidden: none does, or there is none, that the text may go to.
            BackendError: none answers; what is wrong with the preferred one.
        """
        failed: BackendError | None = None
        for member in self._members:
            if member.breaker.open:
                failed = failed or member.breaker.error
                continue
            try:
                return await member.model_info()
            except BackendError as error:
                failed = failed or error
                self._failed(member, error)
        raise self._none_left(failed)

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`.

        Raises:
            BackendReplaced: the engine that the request was made for failed; another is there.
        """
        member = await self._meant(request)
        if request.model is not None and member.told is not None:
            request = replace(request, model=member.told[0])
        began, started = False, self._clock()
        try:
            async with aclosing(member.backend.stream(request)) as chunks:
                async for chunk in chunks:
                    began = True
                    yield chunk
        except BackendReplaced:
            raise
        except BackendError as error:
            self._failed(member, error)
            if began or not member.breaker.open or not self._others():
                raise
            raise BackendReplaced(f"{error} Another engine is asked.") from error
        except asyncio.CancelledError:
            if not began and self._clock() - started >= SILENT_S:
                silent = f"The engine {member.name!r} is silent: see its log."
                self._failed(member, BackendUnreachable(silent))
            raise

    async def warm(self, request: GenerateRequest) -> Usage:
        """See `Backend.warm`."""
        return await prefilled(self.stream, request)

    async def healthy(self) -> bool:
        """Whether any of them can generate."""
        for member in self._members:
            if await member.backend.healthy():
                return True
        return False

    async def aclose(self) -> None:
        """Close the connections."""
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.wait([self._probing])
        for member in self._members:
            await member.backend.aclose()

    async def _meant(self, request: GenerateRequest) -> Member:
        """Return the engine that a request was made for, if it is the one to ask now."""
        if request.model is None:
            await self.model_info()
            return next(member for member in self._members if not member.breaker.open)
        if await self.model_info() != request.model:
            raise BackendReplaced("Another engine is asked now: ask once more.")
        return next(each for each in self._members if each.name == request.model.engine)

    def _others(self) -> bool:
        return any(not member.breaker.open for member in self._members)

    def _none_left(self, failed: BackendError | None) -> BackendError:
        if self._kept_out is None:
            return failed or BackendForbidden("There is no engine to ask: see [[engines]].")
        if failed is None:
            return type(self._kept_out)(*self._kept_out.args)
        return type(self._kept_out)(f"{failed} {self._kept_out}")

    def _failed(self, member: Member, error: BackendError) -> None:
        if not member.breaker.open:
            logger.warning("The engine %s is left out for now: %s", member.name, error)
        member.breaker.failed(error)
        if self._probing is None and member.breaker.open:
            self._probing = asyncio.ensure_future(self._probe())
            self._probing.add_done_callback(self._probed)

    async def _probe(self) -> None:
        """Ask engines that failed what they serve, each when it is due, until all are back."""
        while open_ := [member for member in self._members if member.breaker.open]:
            await asyncio.sleep(max(0.05, min(member.breaker.due_s for member in open_)))
            for member in open_:
                if member.breaker.due_s > 0:
                    continue
                try:
                    await member.model_info()
                except BackendError as error:
                    member.breaker.failed(error)
                else:
                    logger.info("The engine %s answers again.", member.name)
                    member.breaker.passed()

    def _probed(self, task: asyncio.Task[None]) -> None:
        self._probing = None
        with contextlib.suppress(asyncio.CancelledError):
            task.exception()
