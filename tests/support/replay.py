"""HTTP without a network: answers that a test writes down, byte by byte if it wants."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

import httpx

from fimls.backend.base import Chunk, GenerateRequest
from fimls.backend.sglang import SGLangBackend

ADDRESS = "http://engine.test:30000"


class Pieces(httpx.AsyncByteStream):
    """A body that comes in these pieces, and then ends or fails."""

    def __init__(self, pieces: Iterable[bytes], error: Exception | None = None) -> None:
        self._pieces = list(pieces)
        self._error = error
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._error is not None:
            raise self._error

    async def aclose(self) -> None:
        self.closed = True


def replaying(handler: Callable[[httpx.Request], httpx.Response]) -> SGLangBackend:
    """Return a backend whose every request is answered by handler."""
    return SGLangBackend(ADDRESS, transport=httpx.MockTransport(handler))


def streaming(pieces: Iterable[bytes], error: Exception | None = None) -> SGLangBackend:
    """Return a backend that streams these pieces as the answer to every request."""
    pieces = list(pieces)
    return replaying(lambda _: httpx.Response(200, stream=Pieces(pieces, error)))


def request(rid: str = "r1", **fields: Any) -> GenerateRequest:
    """Return a small request."""
    return GenerateRequest(**{"input_ids": [5, 6, 7], "max_new_tokens": 16, "rid": rid, **fields})


async def collect(
    backend: SGLangBackend,
    asked: GenerateRequest | None = None,
    into: list[Chunk] | None = None,
) -> list[Chunk]:
    """Return every chunk of one generation; `into` has them even if it fails."""
    chunks: list[Chunk] = [] if into is None else into
    async for chunk in backend.stream(asked or request()):
        chunks.append(chunk)
    return chunks


def event(
    text: str, tokens: int, reason: Any = None, *, ids: int | None = None, cached: int = 0
) -> bytes:
    """Return one event as SGLang sends it; `ids` where it lists fewer than all tokens."""
    fields = {
        "text": text,
        "output_ids": list(range(tokens if ids is None else ids)),
        "meta_info": {
            "id": "r1",
            "finish_reason": reason,
            "prompt_tokens": 3,
            "completion_tokens": tokens,
            "cached_tokens": cached,
        },
    }
    return b"data: " + json.dumps(fields, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
STOP = {"type": "stop", "matched": 1}


def text_of(chunks: Sequence[Chunk]) -> str:
    """Return what was generated."""
    return "".join(chunk.text for chunk in chunks)
