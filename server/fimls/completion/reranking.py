"""Another line than the greedy one, where the model itself finds it the likelier one.

Whoever always takes the likeliest token can end on an unlikely line: the model wrote ``n == 0 or``,
because that was the likeliest beginning, and then found nothing likely to follow. So the likeliest
other beginning is remembered, and if the finished line is less likely than it, that one is written
too: until it is finished and is the likelier line, or is likelier no longer. A line that is hardly
likelier is the same one in another style as often as a better one, so it has to be clearly so.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from fimls.backend.base import Backend, GenerateRequest, Token
from fimls.completion.first_line import OTHERS, FirstLine, Fork
from fimls.completion.generated_text import GeneratedText, generated_text
from fimls.errors import BackendError

_CLEARLY = math.log(1.2)
"""Another line has to be 1.2 times as likely: QUALITY.md has what that brings and takes."""


async def likelier(
    backend: Backend, request: GenerateRequest, start: GeneratedText, *, begins: str
) -> AsyncGenerator[GeneratedText, None]:
    """Generate greedily, and take another first line if that is the likelier one.

    What both lines begin with comes at once, the rest of the first line when it is whole.

    Args:
        backend: the engine.
        request: what is asked, with a temperature of 0.
        start: what the text begins with and the prompt has already.
        begins: what is generated has to begin with this to be of use.
    """
    line, certain = FirstLine(request.stop_token_ids, begins=begins), start
    greedy = generated_text(backend, replace(request, others=OTHERS), start)
    async with aclosing(greedy) as steps:
        async for step in steps:
            decided = line.ended
            line.feed(step.tokens)
            if line.fork is None or decided or (step.finish_reason and not line.ended):
                certain = step
            elif line.ended:
                least = line.logprob + _CLEARLY
                other = _other(backend, request, start, line.fork, least)
                async with aclosing(other) as better:
                    if (first := await _begun(better)) is not None:
                        yield first
                        async for later in better:
                            yield later
                        return
                certain = step
            else:
                certain = replace(certain, usage=step.usage)
            yield certain


async def _begun(steps: AsyncGenerator[GeneratedText, None]) -> GeneratedText | None:
    """Return the first step, or None: if the engine fails now, the greedy line is there."""
    try:
        return await anext(steps, None)
    except BackendError:
        return None


async def _other(
    backend: Backend, request: GenerateRequest, start: GeneratedText, fork: Fork, least: float
) -> AsyncGenerator[GeneratedText, None]:
    """Generate the other way; nothing comes unless its line is likelier than `least`."""
    if fork.logprob <= least:
        return
    stops = request.stop_token_ids
    tokens = (*fork.before, fork.other)
    said = tokens[: -1 if fork.other.id in stops else None]
    start = GeneratedText(
        text=start.text + "".join(token.text for token in said),
        logprobs=tuple((token.text, token.logprob) for token in said) if request.logprobs else (),
        finish_reason=None if said == tokens else "stop",
    )
    if start.finish_reason:
        yield start
        return
    request = replace(
        request,
        rid=uuid.uuid4().hex,
        **_behind(request, tokens),
        max_new_tokens=max(1, request.max_new_tokens - len(tokens)),
        regex=None,  # what it asks for is there
        others=1,
    )
    line = FirstLine(stops, before=tokens)
    async with aclosing(generated_text(backend, request, start)) as steps:
        async for step in steps:
            line.feed(step.tokens)
            if line.logprob <= least or (step.finish_reason and not line.ended):
                return
            if line.ended:
                yield step


def _behind(request: GenerateRequest, tokens: Sequence[Token]) -> dict[str, Any]:
    """Return the prompt with tokens at its end."""
    if request.text is not None:
        return {"text": request.text + "".join(token.text for token in tokens)}
    return {"input_ids": (*request.input_ids, *(token.id for token in tokens))}
