"""How many tokens an engine generates for a question, whoever asks it and in how many requests."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from contextvars import ContextVar

from fimls.backend.base import Chunk, GenerateRequest
from fimls.backend.wrapper import BackendWrapper

_count: ContextVar[Count | None] = ContextVar("fimls_evaluation_tokens", default=None)


class Count:
    """Tokens seen since they were last taken; tasks begun after it was made count on it too."""

    def __init__(self) -> None:
        """Begin at none."""
        self._tokens = 0

    def add(self, tokens: int) -> None:
        """Add what arrived."""
        self._tokens += tokens

    def take(self) -> int:
        """Return the number, and begin anew."""
        tokens, self._tokens = self._tokens, 0
        return tokens


class CountingBackend(BackendWrapper):
    """A backend that passes everything on to another one, and counts what that generates."""

    @staticmethod
    def count() -> Count:
        """Return a new count of what is generated from now on for this task."""
        count = Count()
        _count.set(count)
        return count

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`."""
        count, seen = _count.get(), 0
        async with aclosing(self._backend.stream(request)) as chunks:
            async for chunk in chunks:
                if count is not None:
                    count.add(chunk.usage.completion_tokens - seen)
                seen = chunk.usage.completion_tokens
                yield chunk
