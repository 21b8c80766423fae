"""Servers that speak as hosted and local engines do, in the shapes of their public documentation.

They compute nothing: every generation is the text that a test gives, in the pieces it gives. Shapes
are those of https://api-docs.deepseek.com (FIM and chat completions, error codes), of
https://docs.mistral.ai/api (FIM completions answer in chat chunks), and of Ollama's and vLLM's
OpenAI-compatible servers, read in November 2026.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from support.fake_http import Connection, Request, serve


@dataclass
class Refusal:
    """What is answered in place of a generation."""

    status: int
    message: str = ""
    retry_after: str = ""


@dataclass
class HostedApi:
    """A server of one kind, in a thread of its own; a context manager.

    Attributes:
        kind: ``deepseek``, ``mistral``, ``ollama`` or ``vllm``.
        key: what it wants to see, or empty.
        pieces: the text that every generation is.
        refusals: answers in place of generations, used up first.
        requests: path and body of what was posted, oldest first.
        calls: method and path of every request.
        url: its address.
    """

    kind: str
    key: str = ""
    pieces: Sequence[str] = ("return ", "first", " + ", "second")
    models: Sequence[str] = ()
    port: int = 0
    pause_s: float = 0.0
    refusals: list[Refusal] = field(default_factory=list)
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    left: int = 0
    url: str = ""

    def __enter__(self) -> HostedApi:
        started = threading.Event()

        async def main() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            async with serve(self._answer, self.port) as port:
                self.port = port
                self.url = f"http://127.0.0.1:{port}"
                started.set()
                await self._stop.wait()

        self._thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def paths(self) -> list[str]:
        """Where was posted."""
        return [path for path, _ in self.requests]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What was posted."""
        return [body for _, body in self.requests]

    async def _answer(self, request: Request, connection: Connection) -> None:
        self.calls.append((request.method, request.path))
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            await self._refuse(connection, Refusal(401, "Authentication Fails"))
        elif request.method == "GET":
            found = self._info(request.path)
            await connection.json(found or {"detail": "Not Found"}, status=200 if found else 404)
        elif request.path not in _GENERATING[self.kind]:
            await connection.json({"detail": "Not Found"}, status=404)
        else:
            body = request.json()
            self.requests.append((request.path, body))
            refusal = self.refusals.pop(0) if self.refusals else self._wrong(body)
            if refusal:
                await self._refuse(connection, refusal)
            else:
                await self._generate(request.path, body, connection)

    def _info(self, path: str) -> dict[str, Any] | None:
        if path not in _MODELS[self.kind]:
            return None
        if path == "/api/version":
            return {"version": "0.12.0"}
        if path == "/api/tags":
            return {"models": [{"name": f"{name}:latest"} for name in self._names]}
        owner = {"deepseek": "deepseek", "mistral": "mistralai", "ollama": "library"}
        cards = [
            {"id": name, "object": "model", "owned_by": owner.get(self.kind, self.kind)}
            for name in self._names
        ]
        return {"object": "list", "data": cards}

    @property
    def _names(self) -> Sequence[str]:
        return self.models or _NAMES[self.kind]

    def _wrong(self, body: dict[str, Any]) -> Refusal | None:
        """Refuse what the real one does."""
        allowed = _FIELDS[self.kind]
        if unknown := body.keys() - allowed:
            return Refusal(422, f"unknown field {sorted(unknown)[0]}")
        if body["model"] not in self._names:
            return Refusal(400, "Model Not Exist")
        if body["max_tokens"] < 1 or (self.kind == "deepseek" and body["max_tokens"] > 4_096):
            return Refusal(400, "Invalid max_tokens value")
        return None

    async def _refuse(self, connection: Connection, refusal: Refusal) -> None:
        headers = [f"retry-after: {refusal.retry_after}"] if refusal.retry_after else []
        said: Any = {"error": {"message": refusal.message, "type": "error", "code": "invalid"}}
        if self.kind == "mistral":
            said = {"object": "error", "message": refusal.message, "type": "error"}
        body = json.dumps(said).encode()
        await connection.send(refusal.status, body, "application/json", headers=headers)

    async def _generate(self, path: str, body: dict[str, Any], connection: Connection) -> None:
        chat = "chat" in path or self.kind == "mistral"
        most = body["max_tokens"]
        await connection.start_stream("text/event-stream")
        prompt = body.get("prompt") or json.dumps(body.get("messages"))
        counts = {"prompt_tokens": max(1, len(prompt) // 3), "completion_tokens": 0}
        said = list(self.pieces)[:most]
        gone = asyncio.ensure_future(connection.gone())
        for number, piece in enumerate(said, 1):
            if self.pause_s:
                await asyncio.wait([gone], timeout=self.pause_s)
            if gone.done():
                self.left += 1
                return
            counts["completion_tokens"] = number
            told = {"delta": {"content": piece}} if chat else {"text": piece}
            await self._event(connection, chat, {**told, "index": 0, "finish_reason": None}, None)
        gone.cancel()
        reason = "length" if len(said) == most else "stop"
        end = {"delta": {"content": ""}} if chat else {"text": ""}
        usage = {**counts, "total_tokens": sum(counts.values()), **self._cached(counts)}
        choice = {**end, "index": 0, "finish_reason": reason}
        if self.kind in ("ollama", "vllm"):
            await self._event(connection, chat, choice, None)
            await self._event(connection, chat, None, usage)
        else:
            await self._event(connection, chat, choice, usage)
        await connection.stream(b"data: [DONE]\n\n")
        await connection.end_stream()

    def _cached(self, counts: dict[str, int]) -> dict[str, Any]:
        hit = counts["prompt_tokens"] // 64 * 64
        if self.kind == "deepseek":
            miss = counts["prompt_tokens"] - hit
            return {"prompt_cache_hit_tokens": hit, "prompt_cache_miss_tokens": miss}
        return {"prompt_tokens_details": {"cached_tokens": hit}} if self.kind == "vllm" else {}

    async def _event(
        self, connection: Connection, chat: bool, choice: Any, usage: dict[str, int] | None
    ) -> None:
        event = {
            "id": "cmpl-1",
            "object": "chat.completion.chunk" if chat else "text_completion",
            "created": 1_795_000_000,
            "model": self._names[0],
            "choices": [] if choice is None else [choice],
        }
        if usage is not None:
            event["usage"] = usage
        await connection.stream(b"data: " + json.dumps(event).encode() + b"\n\n")


_GENERATING = {
    "deepseek": ("/beta/completions", "/chat/completions", "/beta/chat/completions"),
    "mistral": ("/v1/fim/completions", "/v1/chat/completions"),
    "ollama": ("/v1/completions", "/v1/chat/completions"),
    "vllm": ("/v1/completions", "/v1/chat/completions"),
}
_MODELS = {
    "deepseek": ("/models", "/v1/models"),
    "mistral": ("/v1/models",),
    "ollama": ("/v1/models", "/api/tags", "/api/version"),
    "vllm": ("/v1/models",),
}
_NAMES = {
    "deepseek": ("deepseek-flash", "deepseek-v4-pro"),
    "mistral": ("codestral-latest",),
    "ollama": ("qwen2.5-coder:0.5b",),
    "vllm": ("Qwen/Qwen2.5-Coder-0.5B",),
}
_COMMON = {"model", "prompt", "messages", "max_tokens", "temperature", "stream", "stop"}
_FIELDS = {
    "deepseek": {
        *(_COMMON | {"suffix", "stream_options", "thinking", "response_format", "tools"}),
        *("user_id", "logprobs", "echo", "top_p"),
    },
    "mistral": _COMMON | {"suffix", "min_tokens", "top_p", "random_seed"},
    "ollama": _COMMON | {"suffix", "stream_options", "seed", "top_p", "echo"},
    "vllm": {
        *(_COMMON | {"stream_options", "logprobs", "stop_token_ids", "cache_salt"}),
        *("structured_outputs", "priority"),
    },
}
