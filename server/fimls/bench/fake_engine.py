"""An engine that computes nothing, in a process of its own: it answers as fast as it is told to.

For measuring what stands before an engine, on a machine that has none that is fast enough. It
speaks as SGLang 0.5.23 does, names the embedded model as its own, and knows the lines of the traces
that are typed: it continues the cursor's line with one that begins as what was typed does, as a
model does that is mostly right.

    python -m fimls.bench.fake_engine --lines TRACE...
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import re
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from fimls.bench.typing_trace import Trace
from fimls.engine.embedded import embedded_model_path
from fimls.prompt import PromptTokenizer
from fimls.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the engine is.

    Attributes:
        first_ms: to the first token of a prompt that is cached.
        read_tokens_per_s: of prompts that are not.
        token_ms: from one token to the next.
    """

    first_ms: float = 60.0
    read_tokens_per_s: float = 20_000.0
    token_ms: float = 20.0


ASSUMED = Pace()
"""Eight GPUs with DeepSeek-V2.5, assumed: nothing was measured on such a machine. DeepSeek reports
100,000 prompt tokens a second for all requests of one (arXiv:2405.04434); a fifth of that for one
prompt, 50 tokens a second for one stream and 60 ms to the first are what we would expect of it."""

_PIECE = re.compile(r"\s*\w{1,5}|\s*[^\w\s]{1,3}|\s+")
_OTHERWISE = "value = item\n"


class FakeEngine:
    """What the connections share.

    Attributes:
        spans: for each generation: cache namespace, when it was read and when it ended, in seconds
            of the machine's monotonic clock, and its priority.
        started: generations so far.
        aborted: how many of them were aborted.
    """

    def __init__(self, pace: Pace, lines: Sequence[str], model: Path) -> None:
        """Know these lines."""
        self.pace = pace
        self.model = str(model)
        self.spans: list[tuple[str, float, float, int]] = []
        self.started = 0
        self.aborted = 0
        self.running: dict[str, _Generation] = {}
        self._lines = sorted(set(lines))
        self._tokenizer = PromptTokenizer.load(self.model)
        self._fim_end = self._tokenizer.token_id("<｜fim▁end｜>")
        self._prompts: dict[str, list[int]] = {}

    def continuation(self, ids: list[int], forced: str = "") -> str:
        """Return what the model would write behind a prompt, if that has to begin with `forced`."""
        end = len(ids) - 1 - ids[::-1].index(self._fim_end)
        typed = self._tokenizer.decode(ids[end + 1 :]).split("\n")[-1]
        known = typed + forced
        if not known.strip():
            return forced + _OTHERWISE
        found = bisect_left(self._lines, known)
        line = self._lines[found] if found < len(self._lines) else ""
        rest = line[len(known) :] + "\n" if line.startswith(known) else _OTHERWISE
        return forced + rest

    def cached(self, key: str, ids: list[int]) -> int:
        """Return how many tokens a prompt has in common with the last one of its namespace."""
        old, low, high = self._prompts.get(key, []), 0, len(ids) - 1
        high = min(high, len(old))
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if old[:middle] == ids[:middle] else (low, middle - 1)
        self._prompts[key] = ids
        return low


class _Generation:
    """One answer that is being streamed."""

    def __init__(self, engine: FakeEngine, body: dict[str, Any], write: _Connection) -> None:
        self._engine, self._connection = engine, write
        self.rid = str(body.get("rid"))
        self.key = str(body.get("extra_key") or "")
        self._priority = int(body.get("priority") or 0)
        self._ids = cast("list[int]", body["input_ids"])
        self._cached = engine.cached(self.key, self._ids)
        sampling = cast("dict[str, Any]", body["sampling_params"])
        self._most = int(sampling["max_new_tokens"])
        forced = _literal(sampling.get("regex") or "")
        text = engine.continuation(self._ids, forced) if self._most else ""
        self._pieces = _PIECE.findall(text)[: self._most]
        self._given = 0
        self._began = time.monotonic()
        self._due = self._began + engine.pace.first_ms / 1e3
        self._due += (len(self._ids) - self._cached) / engine.pace.read_tokens_per_s
        self._timer = asyncio.get_running_loop().call_at(self._due, self._step)
        engine.started += 1
        engine.running[self.rid] = self

    def end(self, reason: str, **more: Any) -> None:
        self._timer.cancel()
        if self._engine.running.pop(self.rid, None) is None:
            return
        self._engine.spans.append((self.key, self._began, time.monotonic(), self._priority))
        self._connection.event(self._out({"type": reason, **more}), last=True)

    def _step(self) -> None:
        self._given += 1
        if self._given >= len(self._pieces):
            self.end("stop" if self._given < self._most else "length", matched=1)
            return
        self._connection.event(self._out(None))
        self._due += self._engine.pace.token_ms / 1e3
        self._timer = asyncio.get_running_loop().call_at(self._due, self._step)

    def _out(self, reason: dict[str, Any] | None) -> dict[str, Any]:
        given = min(self._given, len(self._pieces))
        return {
            "text": "".join(self._pieces[:given]),
            "output_ids": [0] * given,
            "meta_info": {
                "id": self.rid,
                "finish_reason": reason,
                "prompt_tokens": len(self._ids),
                "cached_tokens": self._cached,
                "completion_tokens": given,
            },
        }


class _Connection(asyncio.Protocol):
    """HTTP/1.1 as fimls speaks it."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine
        self._data = b""
        self._running: _Generation | None = None
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._running is not None:
            self._running.end("abort")

    def data_received(self, data: bytes) -> None:
        self._data += data
        while True:
            head, found, rest = self._data.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\ncontent-length: *(\d+)", head)
            size = int(length[1]) if length else 0
            if not found or len(rest) < size:
                return
            self._data = rest[size:]
            target = head.split(b" ", 2)[1].partition(b"?")[0].decode()
            self._answer(target, rest[:size])

    def event(self, out: dict[str, Any], *, last: bool = False) -> None:
        data = b"data: " + json.dumps(out).encode() + b"\n\n"
        if last:
            data += b"data: [DONE]\n\n"
            self._running = None
        self._write(b"%x\r\n%b\r\n" % (len(data), data) + (b"0\r\n\r\n" if last else b""))

    def _answer(self, path: str, body: bytes) -> None:
        engine = self._engine
        match path:
            case "/generate":
                self._write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                    b"transfer-encoding: chunked\r\n\r\n"
                )
                self._running = _Generation(engine, json.loads(body), self)
            case "/abort_request":
                rid = str(json.loads(body)["rid"])
                if (running := engine.running.get(rid)) is not None:
                    engine.aborted += 1
                    running.end("abort")
                self._json({})
            case "/model_info" | "/server_info":
                self._json(
                    {
                        "model_path": engine.model,
                        "tokenizer_path": engine.model,
                        "max_req_input_len": 32_768,
                    }
                )
            case "/v1/loads":
                load = {"num_running_reqs": len(engine.running), "num_waiting_reqs": 0}
                self._json({"loads": [load]})
            case "/spans":
                spans = {"spans": engine.spans, "started": engine.started}
                self._json({**spans, "aborted": engine.aborted})
            case _:
                self._json({}, b"200 OK" if path == "/health" else b"404 Not Found")

    def _json(self, value: object, status: bytes = b"200 OK") -> None:
        body = json.dumps(value).encode()
        head = b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        self._write(head % (status, len(body)) + body)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


def _literal(regex: str) -> str:
    """Return what a pattern forces an answer to begin with; `generation_attempts` writes them."""
    return re.sub(r"\\(.)", r"\1", regex.removesuffix(r"[\s\S]*"))


def known_lines(traces: Sequence[Trace]) -> list[str]:
    """Return the lines of the documents that are typed, as they are in the end."""
    lines: list[str] = []
    for trace in traces:
        last = Text.parse(trace.text)
        for query in trace.queries():
            last = query.document.text
        lines += [line.rstrip("\r\n") for line in last.lines]
    return [line for line in lines if line.strip()]


async def serve(engine: FakeEngine, port: int) -> None:
    """Listen on this machine; prints the address, and serves until it is cancelled."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(engine), "127.0.0.1", port)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201
    await server.serve_forever()


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="Answers as SGLang does, and computes nothing.")
    parser.add_argument("--lines", nargs="+", type=Path, required=True, help="traces (JSON)")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--first-ms", type=float, default=ASSUMED.first_ms)
    parser.add_argument("--token-ms", type=float, default=ASSUMED.token_ms)
    parser.add_argument("--read-tokens-per-s", type=float, default=ASSUMED.read_tokens_per_s)
    args = parser.parse_args()
    pace = Pace(
        first_ms=args.first_ms, token_ms=args.token_ms, read_tokens_per_s=args.read_tokens_per_s
    )
    if not all(math.isfinite(each) and each > 0 for each in (pace.token_ms, pace.first_ms)):
        parser.error("--first-ms and --token-ms are more than 0")
    lines = known_lines([Trace.load(path) for path in args.lines])
    asyncio.run(serve(FakeEngine(pace, lines, embedded_model_path()), args.port))


if __name__ == "__main__":
    main()
