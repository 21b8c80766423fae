"""How far a generation has come, as one request to the engine brings it on."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from fimls.backend.base import Backend, GenerateRequest, Token, Usage

MOST_CHARACTERS = 16_384
"""Of one generation. What is looked at for each of its tokens must not grow with what an engine, or
somebody in its place, sends: a text that is longer ends there."""

_OF_A_TOKEN = 64
"""Characters that the tokens of a generation have at most, on average: real ones have four."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedText:
    """How far a generation has come.

    Attributes:
        text: all text so far; it begins with the fragment, or is a beginning of it.
        usage: what the engine counted for the last request.
        finish_reason: None until the engine has ended the generation; then its reason.
        logprobs: the tokens at the end of the text with the logarithms of their probabilities.
        tokens: those that are new, where the request asked for others beside them.
    """

    text: str = ""
    usage: Usage = field(default_factory=Usage)
    finish_reason: str | None = None
    logprobs: tuple[tuple[str, float], ...] = ()
    tokens: tuple[Token, ...] = ()


async def generated_text(
    backend: Backend, request: GenerateRequest, start: GeneratedText
) -> AsyncGenerator[GeneratedText, None]:
    """Yield what becomes of a text that begins with `start`, which the prompt has already."""
    text, logprobs = start.text, start.logprobs
    pieces, most = 0, len(text) + min(MOST_CHARACTERS, _OF_A_TOKEN * request.max_new_tokens)
    # aclosing: leaving early must end the generation now, not when the garbage is collected.
    async with aclosing(backend.stream(request)) as chunks:
        async for chunk in chunks:
            text += chunk.text[: most - len(text)]
            logprobs += chunk.logprobs
            pieces += bool(chunk.text)
            full = len(text) >= most or pieces > request.max_new_tokens
            yield GeneratedText(
                text=text,
                usage=chunk.usage,
                finish_reason="length" if full else chunk.finish_reason,
                logprobs=logprobs,
                tokens=chunk.tokens,
            )
            if full:
                return
