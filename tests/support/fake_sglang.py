"""An HTTP server that speaks as SGLang 0.5.23 does and generates what a test scripts.

It is for faults and for the order of events, never for quality: nothing here computes. The shapes
follow ``sglang/srt/entrypoints/http_server.py`` and ``managers/tokenizer_manager.py``::

    with FakeSGLang(script=["return ", Hold(), "x"]) as engine:
        ...                       # point fimls at engine.url
        engine.wait_started()     # blocks: in async tests use asyncio.to_thread
        engine.release()          # Hold() ends
        engine.requests[0]["input_ids"]
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from support.fake_http import Connection, Request, serve


@dataclass(frozen=True)
class HttpError:
    """Answer with this status in place of a stream; only as the first step of a script."""

    status: int
    body: Any = None


@dataclass(frozen=True)
class StreamError:
    """An error inside a stream, as SGLang reports what it finds wrong with a streamed request."""

    message: str
    code: int = 400


@dataclass(frozen=True)
class Finish:
    """End with this finish reason, and nothing after it."""

    reason: dict[str, Any]


@dataclass(frozen=True)
class Raw:
    """These bytes, as they are, inside the stream."""

    data: bytes


@dataclass(frozen=True)
class Drop:
    """Break the connection."""


@dataclass(frozen=True)
class Hold:
    """Wait for `FakeSGLang.release`, for an abort or for the client to go away."""


Step = str | int | float | HttpError | StreamError | Finish | Raw | Drop | Hold
"""A text is one token of output; a number is a pause in seconds."""


@dataclass(eq=False)
class _Running:
    rid: str
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class FakeSGLang:
    """The server; a context manager that starts and stops it.

    Attributes:
        url: its address, without a slash at the end.
        script: what every generation does.
        scripts: scripts for single generations, used up first.
        requests: bodies of ``/generate``, oldest first.
        aborted: request ids of ``/abort_request``.
        events: what happened, in order: ``("start" | "end" | "disconnect" | "abort", rid)``.
        calls: every HTTP request: method, path, headers with lower-case names.
        healthy: what ``/health`` says.
    """

    def __init__(
        self,
        tokenizer_folder: Path | None = None,
        model_path: str = "fake/model",
        context_length: int | None = 4096,
        api_key: str | None = None,
        *,
        script: Sequence[Step] = ("done",),
        incremental: bool = False,
        abort_status: int = 200,
        page_size: int = 1,
        ranks: int = 1,
        port: int = 0,
    ) -> None:
        """Take what the engine says of itself.

        Args:
            tokenizer_folder: what it names as its tokenizer; None for what it names as its model.
            model_path: what it names as its model.
            context_length: tokens that it takes, or None for an engine that does not say.
            api_key: what it wants to see, if any.
            script: the default of `script`.
            incremental: SGLang's ``--incremental-streaming-output``.
            abort_status: what it answers to ``/abort_request``.
            page_size: tokens that its cache keeps together (``--page-size``).
            ranks: its data-parallel ranks (``--dp-size``).
            port: where it listens, 0 for a free port; it keeps it when it is started again.
        """
        self.model_path = model_path
        self.tokenizer_path = str(tokenizer_folder or model_path)
        self.context_length = context_length
        self.api_key = api_key
        self.incremental = incremental
        self.page_size = page_size
        self.ranks = ranks
        self.abort_status = abort_status
        self.url = ""
        self._port = port
        self._changed = threading.Condition()
        self._default_script = list(script)
        self._running: set[_Running] = set()
        self._forget()

    def _forget(self) -> None:
        self.script: list[Step] = list(self._default_script)
        self.scripts: list[list[Step]] = []
        self.requests: list[dict[str, Any]] = []
        self.aborted: list[str] = []
        self.events: list[tuple[str, str]] = []
        self.calls: list[tuple[str, str, dict[str, str]]] = []
        self.healthy = True
        self._cached: list[tuple[str, list[int]]] = []
        self._released = 0

    # For tests, from any thread but the server's.

    def __enter__(self) -> FakeSGLang:
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(10), "the fake engine did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def reset(self) -> None:
        """End what runs; forget requests, cache and scripts."""

        async def end() -> None:
            while self._running:
                for running in self._running:
                    running.ended.set()
                await asyncio.sleep(0.001)
            self._forget()

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)

    def release(self) -> None:
        """Let one `Hold`, running or still to come, go on."""
        with self._changed:
            self._released += 1

    def wait_started(self, timeout: float = 10, *, count: int = 1) -> bool:
        """Wait until this many generations have started."""
        return self._wait(lambda: self._count("start") >= count, timeout, f"{count} started")

    def wait_ended(self, timeout: float = 10, *, count: int = 1) -> bool:
        """Wait until this many generations have ended, however they did."""
        return self._wait(lambda: self._count("end") >= count, timeout, f"{count} ended")

    def wait_disconnected(self, timeout: float = 10, *, count: int = 1) -> bool:
        """Wait until clients have left this many generations."""
        return self._wait(
            lambda: self._count("disconnect") >= count, timeout, f"{count} disconnected"
        )

    def wait_aborted(self, timeout: float = 10, *, count: int = 1, rid: str = "") -> bool:
        """Wait until this many aborts have been asked for, all of this request if one is named."""
        return self._wait(
            lambda: sum(rid in ("", each) for each in self.aborted) >= count,
            timeout,
            f"{count} aborted {rid}",
        )

    def _wait(self, reached: Callable[[], bool], timeout: float, what: str) -> bool:
        with self._changed:
            if not self._changed.wait_for(reached, timeout):
                raise TimeoutError(f"the fake engine never saw: {what}; it saw {self.events}")
        return True

    def _count(self, kind: str) -> int:
        return sum(event == kind for event, _ in self.events)

    # The server, in its own thread.

    def _run(self, started: threading.Event) -> None:
        async def main() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            async with serve(self._answer, self._port) as self._port:
                self.url = f"http://127.0.0.1:{self._port}"
                started.set()
                await self._stop.wait()

        asyncio.run(main())

    def _happened(self, kind: str, rid: str) -> None:
        with self._changed:
            self.events.append((kind, rid))
            self._changed.notify_all()

    async def _answer(self, request: Request, connection: Connection) -> None:
        self.calls.append((request.method, request.path, request.headers))
        allowed = self.api_key is None or request.path.startswith(("/health", "/metrics"))
        if not allowed and request.headers.get("authorization") != f"Bearer {self.api_key}":
            await connection.json({"error": "Unauthorized"}, status=401)
        elif request.path in ("/health", "/health_generate"):
            await connection.send(200 if self.healthy else 503)
        elif request.path in ("/model_info", "/get_model_info"):
            await connection.json(
                {
                    "model_path": self.model_path,
                    "served_model_name": self.model_path,
                    "tokenizer_path": self.tokenizer_path,
                    "is_generation": True,
                }
            )
        elif request.path in ("/server_info", "/get_server_info"):
            await connection.json(
                {
                    "model_path": self.model_path,
                    "tokenizer_path": self.tokenizer_path,
                    "context_length": None,
                    "max_req_input_len": self.context_length and self.context_length - 6,
                    "incremental_streaming_output": self.incremental,
                    "page_size": self.page_size,
                    "version": "0.5.23",
                }
            )
        elif request.path == "/v1/models":
            card = {"id": self.model_path, "owned_by": "sglang"}
            card |= {"max_model_len": self.context_length}
            await connection.json({"object": "list", "data": [card]})
        elif request.path == "/abort_request" and request.method == "POST":
            await self._abort(request.json()["rid"])
            await connection.send(self.abort_status)
        elif request.path == "/generate" and request.method in ("POST", "PUT"):
            await self._generate(request.json(), connection)
        else:
            await connection.json({"detail": "Not Found"}, status=404)

    async def _abort(self, rid: str) -> None:
        for running in self._running:
            if rid and running.rid.startswith(rid):  # as SGLang's scheduler does
                running.ended.set()
        self.aborted.append(rid)
        self._happened("abort", rid)

    async def _generate(self, body: dict[str, Any], connection: Connection) -> None:
        script = self.scripts.pop(0) if self.scripts else list(self.script)
        running = _Running(rid=body.get("rid") or f"fake-{len(self.requests)}")
        self._running.add(running)
        self.requests.append(body)
        self._happened("start", running.rid)
        try:
            if script and isinstance(script[0], HttpError):
                await connection.json(script[0].body, status=script[0].status)
                return
            work = asyncio.ensure_future(_Generation(self, body, running, connection).play(script))
            gone = asyncio.ensure_future(connection.gone())
            await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                self._happened("disconnect", running.rid)
            for task in (work, gone):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                    await task
        finally:
            self._running.discard(running)
            self._happened("end", running.rid)

    def reuse(self, body: dict[str, Any]) -> int:
        """Count the tokens that earlier prompts have in common with this one, and remember it.

        The engine never takes a whole prompt from its cache: the last token is always computed.
        """
        key, prompt = body.get("extra_key") or "", list(body["input_ids"])
        best = 0
        for other, cached in self._cached:
            if other == key:
                same = (i for i, (a, b) in enumerate(zip(prompt, cached, strict=False)) if a != b)
                best = max(best, next(same, min(len(prompt), len(cached))))
        self._cached.append((key, prompt))
        return min(best, len(prompt) - 1) // self.page_size * self.page_size

    def take_release(self) -> bool:
        """Use up one `release`."""
        with self._changed:
            self._released -= 1 if (ready := self._released > 0) else 0
            return ready


class _Generation:
    """One ``/generate``: plays a script as SSE, or collects it into one answer."""

    def __init__(
        self, engine: FakeSGLang, body: dict[str, Any], running: _Running, connection: Connection
    ) -> None:
        self._engine, self._running, self._connection = engine, running, connection
        self._body = body
        self._stream: bool = body.get("stream", False)
        params = body.get("sampling_params") or {}
        self._limit: int = params.get("max_new_tokens", 128)
        self._cached = 0
        self._pieces: list[str] = []
        self._new = 0

    async def play(self, script: list[Step]) -> None:
        if error := self._refusal():
            await self._fail(error, 400)
            return
        self._cached = self._engine.reuse(self._body)
        if self._stream:
            await self._connection.start_stream("text/event-stream; charset=utf-8")
        for i, step in enumerate(script):
            # A prefill (no new tokens) takes its time too, but says nothing.
            full = len(self._pieces) >= self._limit and (self._limit > 0 or isinstance(step, str))
            if full or self._running.ended.is_set():
                break
            match step:
                case str():
                    self._pieces.append(step)
                    self._new += 1
                    # The last token comes together with its finish reason.
                    last = i == len(script) - 1 or len(self._pieces) == self._limit
                    if self._stream and not last:
                        await self._chunk(None)
                case int() | float():
                    await self._pause(step)
                case Hold():
                    while not self._running.ended.is_set() and not self._engine.take_release():
                        await self._pause(0.002)
                case Raw():
                    await self._connection.stream(step.data)
                case Drop():
                    self._connection.drop()
                    return
                case StreamError():
                    await self._fail(step.message, step.code)
                    return
                case Finish():
                    await self._finish(step.reason)
                    return
                case HttpError():
                    raise AssertionError("HttpError must be the first step of a script")
        await self._finish(self._reason())

    def _refusal(self) -> str | None:
        ids, room = self._body.get("input_ids"), self._engine.context_length
        if not isinstance(ids, list) or not ids:
            return "Either text, input_ids or input_embeds should be provided."
        if room is not None and len(ids) >= room:
            return (
                f"The input ({len(ids)} tokens) is longer than the model's context length"
                f" ({room} tokens)."
            )
        rank = self._body.get("routed_dp_rank") or 0
        if not 0 <= rank < self._engine.ranks:
            return f"routed_dp_rank={rank} out of range [0, {self._engine.ranks})"
        return None

    def _reason(self) -> dict[str, Any]:
        if self._running.ended.is_set():
            return {"type": "abort", "message": "Aborted", "status_code": None, "err_type": None}
        if len(self._pieces) >= self._limit:
            return {"type": "length", "length": self._limit}
        return {"type": "stop", "matched": 1}

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._running.ended.wait(), seconds)

    async def _chunk(self, reason: dict[str, Any] | None) -> None:
        out = self._out(reason)
        self._new = 0
        await self._connection.stream(b"data: " + _dump(out) + b"\n\n")

    async def _finish(self, reason: dict[str, Any]) -> None:
        if self._stream:
            await self._chunk(reason)
            await self._connection.stream(b"data: [DONE]\n\n")
            await self._connection.end_stream()
            return
        status = reason.get("status_code")
        if status == HTTPStatus.BAD_REQUEST:
            await self._connection.json({"error": {"message": reason["message"]}}, status=400)
        elif status:
            error = {"object": "error", "message": reason["message"], "code": status}
            await self._connection.json(error, status=status)
        else:
            await self._connection.json(self._out(reason))

    async def _fail(self, message: str, code: int) -> None:
        if not self._stream:
            await self._connection.json({"error": {"message": message}}, status=code)
            return
        error = {
            "message": message,
            "type": "invalid_request_error",
            "code": code,
            "retryable": False,
        }
        await self._connection.start_stream("text/event-stream; charset=utf-8")
        await self._connection.stream(b"data: " + _dump({"error": error}) + b"\n\n")
        await self._connection.stream(b"data: [DONE]\n\n")
        await self._connection.end_stream()

    def _out(self, reason: dict[str, Any] | None) -> dict[str, Any]:
        since = len(self._pieces) - self._new
        first = since if self._engine.incremental and self._stream else 0
        return {
            "text": "".join(self._pieces[first:]),
            "output_ids": [100 + i for i in range(first, len(self._pieces))],
            "meta_info": {
                "id": self._running.rid,
                "finish_reason": reason,
                "prompt_tokens": len(self._body["input_ids"]),
                "weight_version": "default",
                "num_retractions": 0,
                "reasoning_tokens": 0,
                "completion_tokens": len(self._pieces),
                "cached_tokens": self._cached,
            },
        }


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
