"""Answers that a test writes down, byte by byte if it wants, sent over a real connection."""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fimls.backend.base import Chunk, GenerateRequest
from fimls.backend.sglang import SGLangBackend
from support.fake_http import Connection, Request, serve


@dataclass(frozen=True)
class Response:
    """What is answered: a whole body, or pieces that come one after the other.

    Attributes:
        status: of HTTP.
        body: whole; with its length.
        json: a body of JSON.
        pieces: sent in chunks, instead of a body.
        breaks: the connection breaks behind the last piece.
        headers: further ones.
    """

    status: int = 200
    body: bytes = b""
    json: Any = None
    pieces: Sequence[bytes] | None = None
    breaks: bool = False
    headers: Sequence[str] = ()


Handler = Callable[[Request], Response]


def replaying(handler: Handler, path: str = "") -> SGLangBackend:
    """Return a backend whose every request is answered by handler; it sees paths below `path`."""
    server = _server()
    name = f"/{next(server.names)}"
    server.handlers[name] = handler
    return SGLangBackend(f"{server.url}{name}{path}")


def streaming(pieces: Iterable[bytes], *, breaks: bool = False) -> SGLangBackend:
    """Return a backend that streams these pieces as the answer to every request."""
    pieces = list(pieces)
    return replaying(lambda _: Response(pieces=pieces, breaks=breaks))


class _Server:
    """One for all tests of a process, in a thread of its own: each backend has a path there."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}
        self.names = itertools.count(1)
        self.url = ""
        started = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._run(started)), daemon=True).start()
        assert started.wait(10)

    async def _run(self, started: threading.Event) -> None:
        async with serve(self._answer) as port:
            self.url = f"http://127.0.0.1:{port}"
            started.set()
            await asyncio.Event().wait()

    async def _answer(self, request: Request, connection: Connection) -> None:
        _, name, path = request.path.split("/", 2)
        asked = Request(request.method, f"/{path}", request.headers, request.body)
        said = self.handlers[f"/{name}"](asked)
        if said.pieces is None:
            body = said.body if said.json is None else json.dumps(said.json).encode()
            await connection.send(said.status, body, headers=said.headers)
            return
        await connection.start_stream("text/event-stream", status=said.status, headers=said.headers)
        for piece in said.pieces:
            await connection.stream(piece)
        if said.breaks:
            connection.drop()
        else:
            await connection.end_stream()


@functools.cache
def _server() -> _Server:
    return _Server()


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
