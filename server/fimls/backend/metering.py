"""A backend that tells what it is asked, and what that costs the engine."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from fimls.backend.base import Backend, Chunk, GenerateRequest, Priority, Usage
from fimls.backend.wrapper import BackendWrapper
from fimls.metrics import Kind, Meter, tracing

_requests = logging.getLogger("fimls.requests")


class MeteredBackend(BackendWrapper):
    """A backend over another one, whose requests are timed and counted.

    Put it around what waits for the engine, and inside of what orders requests: the times are then
    the engine's alone.
    """

    def __init__(self, backend: Backend, meter: Meter) -> None:
        """`meter` is told when a request has ended."""
        super().__init__(backend)
        self._meter = meter

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`."""
        started = time.perf_counter()
        first_s: float | None = None
        usage, end = Usage(), "left"
        span = tracing.begin("generate", kind=kind_of(request), rid=request.rid)
        if span.traceparent is not None:
            request = dataclasses.replace(request, traceparent=span.traceparent)
        try:
            async with aclosing(self._backend.stream(request)) as chunks:
                async for chunk in chunks:
                    if first_s is None:
                        first_s = time.perf_counter() - started
                    usage, end = chunk.usage, chunk.finish_reason or end
                    yield chunk
        except Exception:
            end = "failed"
            raise
        finally:
            self._tell(request, end, usage, first_s, time.perf_counter() - started)
            span.set(end=end, **_counts(usage))
            if first_s is not None:
                span.set(first_token_s=first_s)
            span.end()

    async def warm(self, request: GenerateRequest) -> Usage:
        """See `Backend.warm`."""
        started = time.perf_counter()
        usage, end = Usage(), "left"
        try:
            usage = await self._backend.warm(request)
            end = "length"
        except Exception:
            end = "failed"
            raise
        finally:
            took_s = time.perf_counter() - started
            self._tell(request, end, usage, took_s if usage.prompt_tokens else None, took_s)
        return usage

    def _tell(
        self,
        request: GenerateRequest,
        end: str,
        usage: Usage,
        first_s: float | None,
        total_s: float,
    ) -> None:
        kind = kind_of(request)
        counts = _counts(usage)
        self._meter.generated(kind, end, **counts, first_s=first_s, total_s=total_s)
        if usage.prompt_tokens:
            self._meter.cache(
                usage.engine, usage.rank, host=usage.host_tokens, evicted=usage.evicted_tokens
            )
        if _requests.isEnabledFor(logging.INFO):
            ms = round(total_s * 1e3, 1)
            fields = {"rid": request.rid, "kind": kind, "end": end, **counts, "ms": ms}
            _requests.info("engine %s %s", kind, end, extra={"fields": fields})


def _counts(usage: Usage) -> dict[str, int]:
    return {
        "prompt": usage.prompt_tokens,
        "cached": usage.cached_tokens,
        "new": usage.completion_tokens,
    }


def kind_of(request: GenerateRequest) -> Kind:
    """Return what a request is for, by what tells the engine so."""
    if request.max_new_tokens == 0:
        return "warm"
    return _KINDS.get(request.priority or Priority.COMPLETION, "completion")


_KINDS: dict[int, Kind] = {
    Priority.COMPLETION: "completion",
    Priority.SPECULATION: "ahead",
    Priority.CODE_ACTION: "action",
    Priority.WARM_UP: "warm",
}
