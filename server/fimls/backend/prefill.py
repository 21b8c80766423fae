"""Reading a prompt and generating nothing, with what generates."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from fimls.backend.base import Chunk, GenerateRequest, Usage


async def prefilled(
    stream: Callable[[GenerateRequest], AsyncGenerator[Chunk, None]], request: GenerateRequest
) -> Usage:
    """Have the engine read a request's prompt; returns what it counted.

    Args:
        stream: `Backend.stream`, whose errors are raised.
        request: only its prompt, its cache namespace and its priority count.
    """
    usage = Usage()
    async with aclosing(
        stream(dataclasses.replace(request, max_new_tokens=0, stop=(), regex=None))
    ) as chunks:
        async for chunk in chunks:
            usage = chunk.usage
    return usage
