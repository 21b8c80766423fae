"""The streams of OpenAI's interface, for completions and for conversations.

Source: OpenAI's API reference (``/v1/completions``, ``/v1/chat/completions``), and what SGLang
0.5.23, llama.cpp b11669 and vLLM send in its place.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, cast

from fimls.backend.adapters.http_engine import HttpEngine
from fimls.backend.adapters.stop_strings import StopStrings
from fimls.backend.answer_bounds import AnswerBounds
from fimls.backend.base import Chunk, GenerateRequest, Usage
from fimls.backend.sglang_json import counted
from fimls.errors import BackendError
from fimls.text import without_surrogates

_MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


async def chat(
    engine: HttpEngine, path: str, request: GenerateRequest, more: dict[str, Any] | None = None
) -> AsyncGenerator[Chunk, None]:
    """Have an engine answer a conversation.

    Args:
        engine: whose connections are used.
        path: behind its base address.
        request: what is asked, with messages.
        more: further fields of the body.
    """
    body: dict[str, Any] = {
        "messages": [
            {"role": role, "content": without_surrogates(text)} for role, text in request.messages
        ],
        "max_tokens": request.max_new_tokens,
        "temperature": request.temperature,
        "stream": True,
        **(more or {}),
    }
    if engine.connecting.model:
        body.setdefault("model", engine.connecting.model)
    async with aclosing(chunks_of(engine, path, body, request)) as chunks:
        async for chunk in chunks:
            yield chunk


async def chunks_of(
    engine: HttpEngine, path: str, body: dict[str, Any], request: GenerateRequest
) -> AsyncGenerator[Chunk, None]:
    """Post a body; yields what its stream says, up to the chunk that ends it.

    Counts come with each event, or with one behind the last.
    """
    reading = _Reading(engine, request)
    async with aclosing(engine.events(path, body, request)) as events:
        async for event in events:
            chunk = reading.take(event)
            if chunk is not None:
                yield chunk
            if reading.met:
                break
    last = reading.last()
    if last is None:
        raise engine.malformed("its answer has no end")
    yield last


class _Reading:
    """One answer: the end is told once the counts behind it have come."""

    def __init__(self, engine: HttpEngine, request: GenerateRequest) -> None:
        self._engine = engine
        self._request = request
        self._stopping = StopStrings(request.stop)
        self._bounds = AnswerBounds(request, engine.url)
        self._usage = Usage()
        self._pieces = self._characters = self._tokens = 0
        self._reason: str | None = None
        self._model = ""

    @property
    def met(self) -> bool:
        """Whether a stop string has come: nothing more is of use."""
        return self._stopping.met

    def take(self, event: dict[str, Any]) -> Chunk | None:
        """Return what an event adds, if that is anything."""
        try:
            return self._take(event)
        except _MALFORMED as error:
            raise self._malformed() from error

    def last(self) -> Chunk | None:
        """Return the end, or None if there was none."""
        if self._reason is None and not self.met:
            return None
        return Chunk(
            text=self._stopping.end(), usage=self._usage, finish_reason=self._reason or "stop"
        )

    def _take(self, event: dict[str, Any]) -> Chunk | None:
        if (usage := event.get("usage")) is not None:
            self._usage = _usage(usage)
        elif (timings := event.get("timings")) is not None:
            usage, self._usage = timings, _of_timings(timings)
        choices = cast("list[dict[str, Any]]", event.get("choices") or [])
        if not choices:
            return None
        choice = choices[0]
        text = _text(choice)
        self._characters += len(text)
        self._bounds.check(characters=self._characters)
        if self._request.max_new_tokens == 0:
            text = ""  # read ahead only
        self._pieces += bool(text)
        if self._usage.completion_tokens < self._pieces and usage is None:
            self._usage = counted(
                prompt=self._usage.prompt_tokens,
                cached=self._usage.cached_tokens,
                completion=self._pieces,
            )
        reason = choice.get("finish_reason")
        if reason:
            self._reason = "length" if reason in ("length", "model_length") else "stop"
        logprobs = self._logprobs(choice.get("logprobs")) if self._request.logprobs else ()
        shown = self._stopping.feed(text)
        if not shown and not logprobs:
            return None
        return Chunk(text=shown, usage=self._usage, logprobs=logprobs)

    def _logprobs(self, said: object) -> tuple[tuple[str, float], ...]:
        """Return tokens with the logarithms of their probabilities, in either shape there is."""
        table = _table(said)
        if "content" in table:
            entries = cast("list[dict[str, Any]]", table["content"] or [])
            self._count(entries)
            pairs = [(entry["token"], entry["logprob"]) for entry in entries]
        else:
            tokens = cast("list[str]", table.get("tokens") or [])
            self._count(tokens)
            pairs = list(zip(tokens, table.get("token_logprobs") or [], strict=False))
        return tuple((str(text), min(float(logprob or 0.0), 0.0)) for text, logprob in pairs)

    def _count(self, tokens: Sequence[object]) -> None:
        self._tokens += len(tokens)
        self._bounds.check(tokens=self._tokens)

    def _malformed(self) -> BackendError:
        return self._engine.malformed("an event has no choices")


def _text(choice: dict[str, Any]) -> str:
    """Return a choice's new text: of a completion, or of a chat, whole or in parts."""
    if "text" in choice:
        said = choice["text"]
    else:
        told = cast("dict[str, Any]", choice.get("delta") or choice.get("message") or {})
        said = told.get("content")
    if isinstance(said, list):
        parts = cast("list[dict[str, Any]]", said)
        said = "".join(str(p.get("text", "")) for p in parts if p.get("type") == "text")
    if said is not None and not isinstance(said, str):
        raise TypeError("text")
    return said or ""


def _usage(said: object) -> Usage:
    told = _table(said)
    cached = told.get("prompt_cache_hit_tokens")
    if cached is None:
        cached = _table(told.get("prompt_tokens_details")).get("cached_tokens")
    return counted(
        prompt=told.get("prompt_tokens"), cached=cached, completion=told.get("completion_tokens")
    )


def _of_timings(said: object) -> Usage:
    """Return what llama.cpp counts with each token."""
    told = _table(said)
    cached = counted(prompt=told.get("cache_n"), cached=0, completion=0).prompt_tokens
    read = counted(prompt=told.get("prompt_n"), cached=0, completion=told.get("predicted_n"))
    return counted(
        prompt=cached + read.prompt_tokens, cached=cached, completion=read.completion_tokens
    )


def _table(said: object) -> dict[str, Any]:
    return cast("dict[str, Any]", said) if isinstance(said, dict) else {}
