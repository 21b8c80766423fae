"""What every scripted backend answers besides its generations."""

from __future__ import annotations

from fimls.backend.base import GenerateRequest, ModelInfo, Usage


class ToyBackend:
    """An engine without a cache; whoever inherits from it adds `Backend.stream`."""

    async def warm(self, request: GenerateRequest) -> Usage:
        raise NotImplementedError

    async def model_info(self) -> ModelInfo:
        return ModelInfo(model_path="toy", tokenizer_path="toy", context_length=None)

    async def healthy(self) -> bool:
        return True

    async def aclose(self) -> None: ...
