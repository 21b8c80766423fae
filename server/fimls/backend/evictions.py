"""An engine of which is known what it has evicted."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from fimls.backend.base import Backend, Chunk, GenerateRequest
from fimls.backend.sent_prompts import SentPrompts
from fimls.backend.wrapper import BackendWrapper
from fimls.errors import BackendBusy, BackendError, BackendRejected


class EvictionCountingBackend(BackendWrapper):
    """A backend over one engine, whose usage says what was evicted and where.

    A prompt counts as read when its first answer comes: what was asked for at the same moment
    could not be in the cache. Of an engine that does not say what it had, nothing is counted.
    """

    def __init__(self, backend: Backend, engine: str) -> None:
        """Nothing was sent yet.

        Args:
            backend: one engine; it is closed with this one.
            engine: its name in what is counted.
        """
        super().__init__(backend)
        self._engine = engine
        self._sent: dict[int, SentPrompts] = {}

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`."""
        rank = request.rank or 0
        sent = self._sent.setdefault(rank, SentPrompts())
        known = sent.known(request.extra_key, request.input_ids)
        evicted: int | None = None
        reports = request.model is None or request.model.can.cache_report
        try:
            async with aclosing(self._backend.stream(request)) as chunks:
                async for chunk in chunks:
                    if evicted is None and reports and chunk.usage.prompt_tokens:
                        evicted = sent.evicted(known.tokens, chunk.usage.cached_tokens)
                        sent.add(known)
                    usage = replace(
                        chunk.usage, evicted_tokens=evicted or 0, engine=self._engine, rank=rank
                    )
                    yield replace(chunk, usage=usage)
        except (BackendBusy, BackendRejected):
            raise
        except BackendError:
            self._sent.clear()  # it may be started anew, with nothing in its cache
            raise
