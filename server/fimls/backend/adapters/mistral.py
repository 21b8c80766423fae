"""Mistral's hosted API: fill-in-the-middle completions that answer in the form of chat chunks.

Source: https://docs.mistral.ai/api ("Fim Completion", "Chat Completion"), read in November 2026.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar

from fimls.backend.adapters.http_engine import Connecting, HttpEngine, suffix_body
from fimls.backend.adapters.openai_stream import chat, chunks_of
from fimls.backend.base import Chunk, GenerateRequest, ModelInfo
from fimls.backend.capabilities import PLAIN
from fimls.printable import printable

MODEL = "codestral-latest"
"""Which model is asked where none is named."""

CAN = replace(PLAIN, prompts=("suffix",), most_stops=None)


class MistralBackend(HttpEngine):
    """A `fimls.backend.base.Backend` over Mistral's API."""

    kind: ClassVar[str] = "mistral"
    name: ClassVar[str] = "Mistral's API"
    endings: ClassVar[tuple[str, ...]] = ("/v1/fim/completions", "/v1/chat/completions", "/v1")

    def __init__(self, connecting: Connecting) -> None:
        """Nothing is opened or asked yet."""
        super().__init__(connecting)
        self._model = connecting.model or MODEL

    async def model_info(self) -> ModelInfo:
        """See `Backend.model_info`; nothing is generated for it."""
        await self.get_json("v1/models")  # says whether the key is right
        return ModelInfo(model_path=printable(self._model), tokenizer_path="", can=CAN)

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`."""
        if request.messages:
            chunks = chat(self, "v1/chat/completions", request, {"model": self._model})
        else:
            body = suffix_body(request, self._model, CAN.most_stops)
            chunks = chunks_of(self, "v1/fim/completions", body, request)
        async with aclosing(chunks):
            async for chunk in chunks:
                yield chunk
