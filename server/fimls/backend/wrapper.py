"""What every backend over another one has in common."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from fimls.backend.base import Backend, Chunk, GenerateRequest, ModelInfo, Usage
from fimls.backend.prefill import prefilled


class BackendWrapper:
    """A `fimls.backend.base.Backend` over another one: what is not overridden is passed on.

    Reading ahead goes through `stream`, so that whatever counts or guards that counts it too.
    """

    def __init__(self, backend: Backend) -> None:
        """`backend` is closed with this one."""
        self._backend = backend

    def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`."""
        return self._backend.stream(request)

    async def warm(self, request: GenerateRequest) -> Usage:
        """See `Backend.warm`."""
        return await prefilled(self.stream, request)

    async def model_info(self) -> ModelInfo:
        """See `Backend.model_info`."""
        return await self._backend.model_info()

    async def healthy(self) -> bool:
        """See `Backend.healthy`."""
        return await self._backend.healthy()

    async def aclose(self) -> None:
        """See `Backend.aclose`."""
        await self._backend.aclose()
