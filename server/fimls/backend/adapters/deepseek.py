"""DeepSeek's hosted API: fill-in-the-middle completions, and conversations for code actions.

Sources: https://api-docs.deepseek.com ("FIM Completion (Beta)", "Create Chat Completion",
"Context Caching", "Error Codes"), read in November 2026.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any, ClassVar, cast

from fimls.backend.adapters.http_engine import Connecting, HttpEngine, suffix_body
from fimls.backend.adapters.openai_stream import chat, chunks_of
from fimls.backend.base import Chunk, GenerateRequest, ModelInfo
from fimls.backend.capabilities import PLAIN
from fimls.errors import BackendError, BackendProtocolError, BackendRejected
from fimls.printable import printable

MODEL = "deepseek-flash"
"""Which model is asked where none is named."""

TODAY = ("deepseek-flash", "deepseek-v4-pro")
RETIRED = {
    "deepseek-chat": "retired on 2026-07-24",
    "deepseek-reasoner": "retired on 2026-07-24",
    "deepseek-coder": "merged into deepseek-chat with V2.5, which is retired",
}
"""Names of earlier announcements -> what became of them."""

CAN = replace(
    PLAIN,
    prompts=("suffix",),
    most_stops=16,
    cache_report=True,
    granularity=64,
    namespaces=True,
    most_new_tokens=4_096,
)


class DeepSeekBackend(HttpEngine):
    """A `fimls.backend.base.Backend` over DeepSeek's API."""

    kind: ClassVar[str] = "deepseek"
    name: ClassVar[str] = "DeepSeek's API"
    endings: ClassVar[tuple[str, ...]] = (
        "/beta/completions",
        "/chat/completions",
        "/beta",
        "/v1",
    )

    def __init__(self, connecting: Connecting) -> None:
        """Nothing is opened or asked yet."""
        super().__init__(connecting)
        self._model = connecting.model or MODEL

    async def model_info(self) -> ModelInfo:
        """See `Backend.model_info`; nothing is generated for it."""
        cards = (await self.get_json("models")).get("data")
        listed = [
            str(cast("dict[str, Any]", card).get("id"))
            for card in (cast("list[Any]", cards) if isinstance(cards, list) else [])
            if isinstance(card, dict)
        ]
        if listed and self._model not in listed and self._model in RETIRED:
            raise self._retired(tuple(listed))
        return ModelInfo(model_path=printable(self._model), tokenizer_path="", can=CAN)

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`."""
        if request.messages:
            # An answer is awaited while one looks at it: models that can think aloud do not.
            more: dict[str, Any] = {
                "model": self._model,
                "thinking": {"type": "disabled"},
                "stream_options": {"include_usage": True},
                **self._user(request),
            }
            chunks = chat(self, "chat/completions", request, more)
        else:
            body = suffix_body(request, self._model, CAN.most_stops)
            body |= {"stream_options": {"include_usage": True}, **self._user(request)}
            chunks = chunks_of(self, "beta/completions", body, request)
        async with aclosing(chunks):
            async for chunk in chunks:
                yield chunk

    def _user(self, request: GenerateRequest) -> dict[str, str]:
        """Return what keeps tenants' caches apart: a name that says nothing of who it is."""
        namespace = request.extra_key or self.connecting.namespace
        if namespace is None:
            return {}
        return {"user_id": hashlib.sha256(namespace.encode()).hexdigest()[:32]}

    def refused(self, error: BackendError) -> BackendError:
        """See `HttpEngine.refused`."""
        unknown = isinstance(error, BackendRejected | BackendProtocolError)
        return self._retired(TODAY) if unknown and self._model in RETIRED else error

    def _retired(self, today: tuple[str, ...]) -> BackendProtocolError:
        names = printable(" or ".join(today[:5]), most=300)
        return BackendProtocolError(
            f"DeepSeek no longer serves {self._model} ({RETIRED[self._model]}): set engine.model to"
            f" {names}."
        )
