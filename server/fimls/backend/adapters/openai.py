"""Whatever speaks OpenAI's ``/v1/completions``: vLLM, SGLang behind a gateway, LM Studio, Ollama...

What such a server can do is not in the interface. Those that are known say who they are in
``/v1/models``; of others nothing is asked that a plain one would refuse.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any, ClassVar, cast

from fimls.backend.adapters.http_engine import Connecting, HttpEngine, without_lone_surrogates
from fimls.backend.adapters.openai_stream import chat, chunks_of
from fimls.backend.base import Chunk, GenerateRequest, ModelInfo
from fimls.backend.capabilities import PLAIN
from fimls.errors import BackendProtocolError
from fimls.printable import printable
from fimls.text import without_surrogates

_PLAIN = replace(PLAIN, warm_up="one", cache_report=True)

_IDS = replace(_PLAIN, prompts=("ids", "text"), most_stops=None, logprobs=True)

KNOWN = {
    "vllm": replace(_IDS, stop_ids=True, constraint="regex", namespaces=True),
    "sglang": replace(_IDS, stop_ids=True, constraint="regex", granularity=1, namespaces=True),
    "llamacpp": replace(_IDS, granularity=1, shares_running=False),
    "ollama": replace(_PLAIN, prompts=("suffix",), cache_report=False),
}
"""Who a server says that it is -> what it can do."""


class OpenAIBackend(HttpEngine):
    """A `fimls.backend.base.Backend` over ``/v1/completions``."""

    kind: ClassVar[str] = "openai"
    name: ClassVar[str] = "an OpenAI-style API"
    endings: ClassVar[tuple[str, ...]] = ("/v1/chat/completions", "/v1/completions", "/v1")

    def __init__(self, connecting: Connecting) -> None:
        """Nothing is opened or asked yet."""
        super().__init__(connecting)
        self._kind = ""
        self._model = connecting.model

    async def model_info(self) -> ModelInfo:
        """See `Backend.model_info`; nothing is generated for it."""
        models = await self._models()
        cards = models.get("data")
        if not isinstance(cards, list):
            raise self.malformed("/v1/models lists no models")
        card = self._card([c for c in cast("list[Any]", cards) if isinstance(c, dict)])
        self._model = self.connecting.model or str(card.get("id") or "")
        self._kind = await self._who(card)
        can = KNOWN.get(self._kind, _PLAIN)
        if self.connecting.prompt != "auto":
            can = replace(can, prompts=(self.connecting.prompt,))
        if self.connecting.hosted:
            can = replace(can, warm_up="none")
        name = printable(self._model)
        root = printable(str(card.get("root") or "")) or name
        return ModelInfo(
            model_path=name,
            tokenizer_path=root,
            also_named=(name,),
            context_length=_context(card),
            can=can,
        )

    async def _models(self) -> dict[str, Any]:
        """Return what it lists; mlx-lm breaks off where nobody ever used a model hub."""
        try:
            return await self.get_json("v1/models")
        except BackendProtocolError:
            if await self.known_json("health") != {"status": "ok"}:
                raise
            return {"data": []}

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`."""
        if not self._model:
            await self.model_info()
        if request.messages:
            chunks = chat(
                self, "v1/chat/completions", request, {**self._usage(), "model": self._model}
            )
        else:
            chunks = chunks_of(self, "v1/completions", self._body(request), request)
        async with aclosing(chunks):
            async for chunk in chunks:
                yield chunk

    def _body(self, request: GenerateRequest) -> dict[str, Any]:
        text, suffix = without_lone_surrogates(request)
        can = KNOWN.get(self._kind, _PLAIN)
        warm = request.max_new_tokens == 0
        body: dict[str, Any] = {
            "model": self._model,
            "prompt": list(request.input_ids) if request.text is None else text,
            "max_tokens": 1 if warm else request.max_new_tokens,
            "temperature": request.temperature,
            "stream": True,
            **self._usage(),
        }
        if suffix is not None:
            body["suffix"] = suffix
        if request.stop:
            body["stop"] = list(request.stop[: can.most_stops])
        if request.logprobs and can.logprobs:
            body["logprobs"] = 1
        if request.stop_token_ids and can.stop_ids:
            body["stop_token_ids"] = list(request.stop_token_ids)
        namespace = request.extra_key or self.connecting.namespace
        if namespace is not None and can.namespaces:
            body["extra_key" if self._kind == "sglang" else "cache_salt"] = namespace
        if request.regex is not None and can.constraint == "regex":
            regex = without_surrogates(request.regex)
            if self._kind == "sglang":
                body["regex"] = regex
            else:
                body["structured_outputs"] = {"regex": regex}
        return body

    def _usage(self) -> dict[str, Any]:
        """Return what has the counts sent, with each event where that is known to work."""
        often = {"continuous_usage_stats": True} if self._kind in ("vllm", "sglang") else {}
        of_llama = {"timings_per_token": True} if self._kind == "llamacpp" else {}
        return {"stream_options": {"include_usage": True, **often}, **of_llama}

    def _card(self, cards: list[dict[str, Any]]) -> dict[str, Any]:
        """Return what is said of the model that is meant.

        Raises:
            BackendProtocolError: it is not served, or there are several and none is named.
        """
        wanted = self.connecting.model
        found = next((card for card in cards if not wanted or card.get("id") == wanted), None)
        names = printable(", ".join(str(card.get("id")) for card in cards[:20]), most=400)
        if found is None and wanted and cards and self._strict(cards):
            raise BackendProtocolError(
                f"The server at {self.url} does not serve {printable(wanted)!r}: set engine.model"
                f" to one of {names}."
            )
        if not wanted and not cards:
            raise BackendProtocolError(
                f"The server at {self.url} does not say what it serves: set engine.model to the"
                " name, or the folder, of the model that it was started with."
            )
        if not wanted and len(cards) > 1:
            raise BackendProtocolError(
                f"The server at {self.url} serves several models: set engine.model to one of"
                f" {names}."
            )
        return found or {}

    def _strict(self, cards: list[dict[str, Any]]) -> bool:
        """Whether the list has every name that the server answers to; Ollama's lack their tags."""
        wanted = self.connecting.model
        return not any(str(card.get("id")).partition(":")[0] == wanted for card in cards)

    async def _who(self, card: dict[str, Any]) -> str:
        owner = str(card.get("owned_by") or "").lower()
        if owner in KNOWN:
            return owner
        if owner in ("", "library") and "models" in await self.known_json("api/tags"):
            return "ollama"
        return owner


def _context(card: dict[str, Any]) -> int | None:
    meta = card.get("meta")
    of_llama = cast("dict[str, Any]", meta).get("n_ctx") if isinstance(meta, dict) else None
    for said in (card.get("max_model_len"), of_llama, card.get("max_context_length")):
        if type(said) is int and said > 0:
            return said
    return None
