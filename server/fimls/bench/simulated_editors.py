"""Simulated editors: each a connection that types a trace and asks behind every key.

They are as light as can be, so that a hundred fit beside the server they are for: messages are put
together as bytes, and answers are looked at only as far as they are counted.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from fimls.bench.typing_tally import Answered, Tally
from fimls.bench.typing_trace import Trace
from fimls.text import Encoding, Point, Text

PATIENCE_S = 10.0
"""How long an answer may take until it counts as lost."""

_REQUEST_CANCELLED = -32_800


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """A trace, made ready: for each edit its change as JSON, and the cursor if there is a request.

    Attributes:
        trace: what is typed.
        edits: ``(contentChanges, position)``.
        starts: (number of an edit, text before it): where an editor can begin.
    """

    trace: Trace
    edits: Sequence[tuple[str, tuple[int, int] | None]]
    starts: Sequence[tuple[int, str]]

    @classmethod
    def of(cls, trace: Trace, *, starts: int = 16) -> Typing:
        """Make a trace ready."""
        steps = list(trace.steps())
        edits: list[tuple[str, tuple[int, int] | None]] = []
        for step in steps:
            start, end = _position(step.before, step.start), _position(step.before, step.end)
            change = {"range": {"start": _lsp(start), "end": _lsp(end)}, "text": step.inserted}
            asked = step.query
            at = None if asked is None else _position(asked.document.text, asked.cursor)
            edits.append((json.dumps([change]), at))
        every = max(1, len(steps) // starts)
        places = [(n, str(steps[n].before)) for n in range(0, len(steps), every)]
        return cls(trace=trace, edits=edits, starts=places)


class Editor(asyncio.Protocol):
    """One editor; connect it with a transport and run it.

    Attributes:
        until: when it stops typing, by the monotonic clock; it may be changed while it types.
    """

    def __init__(
        self,
        user: str,
        typing: Sequence[Typing],
        tally: Tally,
        *,
        keys_per_s: float,
        options: dict[str, Any],
        seed: int,
        cancels: bool,
    ) -> None:
        """Take what is typed.

        Args:
            user: who types, for the tally.
            typing: traces; they are typed one after the other.
            tally: what is seen goes there.
            keys_per_s: how fast.
            options: initialization options.
            seed: of where it begins.
            cancels: whether it takes requests back when the next key is typed, as some editors do.
        """
        self._user = user
        self._typing = typing
        self._tally = tally
        self._period_s = 1 / keys_per_s
        self._options = options
        self._choose = random.Random(seed)
        self._name = f"file:///bench/{seed}"
        self._cancels = cancels
        self.until = 0.0
        self._ids = 0
        self._asked: dict[int, tuple[float, tuple[int, int]]] = {}
        self._taken_back: set[int] = set()
        self._newest = 0
        self._news = asyncio.Event()
        self._source = ""
        self._data = bytearray()
        self._handlers: dict[int, Callable[[dict[str, Any]], None]] = {}
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count what is never answered now."""
        if self._transport is not None and not self._transport.is_closing():
            self._tally.error("connection lost")
        self._transport = None
        self._news.set()

    def data_received(self, data: bytes) -> None:
        """Take messages apart."""
        self._news.set()
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            size = int(self._data[:end].split(b":")[1].split(b"\r")[0])
            if len(self._data) < end + 4 + size:
                return
            body = bytes(self._data[end + 4 : end + 4 + size])
            del self._data[: end + 4 + size]
            self._received(json.loads(body))

    async def run(self, until: float) -> None:
        """Type until a moment of the monotonic clock; then wait for what is not answered yet."""
        self.until = until
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ids += 1
        self._handlers[self._ids] = lambda message: self._let_in(message, ready)
        self._send(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": {
                    "textDocument": {"inlineCompletion": {}},
                    "experimental": {"fimls": {"usage": True}},
                },
                "initializationOptions": self._options,
            },
            self._ids,
        )
        async with asyncio.timeout(60):
            await ready
        self._send("initialized", {})
        number = self._choose.randrange(len(self._typing))
        while time.monotonic() < self.until and self._transport is not None:
            await self._type(self._typing[number % len(self._typing)], number)
            number += 1
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while self._asked and self._transport is not None:
                    self._news.clear()
                    await self._news.wait()
        self._tally.lost += len(self._asked)
        if self._transport is not None:
            self._transport.close()

    async def _type(self, typing: Typing, number: int) -> None:
        first, text = self._choose.choice(typing.starts)
        uri, version = f"{self._name}/{number}.py", 1
        item = {"uri": uri, "languageId": typing.trace.language_id, "version": 1, "text": text}
        self._send("textDocument/didOpen", {"textDocument": item})
        due = time.monotonic() + self._period_s * self._choose.random()
        for change, position in typing.edits[first:]:
            await asyncio.sleep(due - time.monotonic())
            if time.monotonic() >= self.until or self._transport is None:
                break
            due += self._period_s
            version += 1
            frames = self._taken_back_now() if self._cancels else b""
            frames += _frame(
                f'{{"jsonrpc":"2.0","method":"textDocument/didChange","params":{{"textDocument":'
                f'{{"uri":"{uri}","version":{version}}},"contentChanges":{change}}}}}'
            )
            if position is not None:
                self._ids += 1
                frames += _frame(
                    f'{{"jsonrpc":"2.0","id":{self._ids},"method":"textDocument/inlineCompletion",'
                    f'"params":{{"textDocument":{{"uri":"{uri}"}},"position":{{"line":{position[0]}'
                    f',"character":{position[1]}}},"context":{{"triggerKind":2}}}}}}'
                )
                self._asked[self._ids] = (time.monotonic(), position)
                self._tally.keys += 1
            self._transport.write(frames)
        self._send("textDocument/didClose", {"textDocument": {"uri": uri}})

    def _taken_back_now(self) -> bytes:
        frames = b""
        for ident in self._asked.keys() - self._taken_back:
            self._taken_back.add(ident)
            frames += _frame(
                f'{{"jsonrpc":"2.0","method":"$/cancelRequest","params":{{"id":{ident}}}}}'
            )
        return frames

    def _received(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method == "$/fimls/usage":
            self._source = message["params"]["source"]
        elif method == "window/showMessage":
            self._tally.error("said: " + message["params"]["message"])
        elif method is None:
            ident = message.get("id")
            if isinstance(ident, int) and (handler := self._handlers.pop(ident, None)):
                handler(message)
            else:
                self._answered(ident, message)

    def _answered(self, ident: object, message: dict[str, Any]) -> None:
        now = time.monotonic()
        asked = self._asked.pop(ident, None) if isinstance(ident, int) else None
        source, self._source = self._source, ""
        if asked is None or not isinstance(ident, int):
            self._tally.error("answered twice, or never asked")
            return
        sent, position = asked
        outcome = "superseded"
        if error := message.get("error"):
            if error["code"] != _REQUEST_CANCELLED or ident not in self._taken_back:
                self._tally.error(f"error {error['code']}: {error['message']}")
        elif (result := message["result"]) is not None:
            items = result["items"]
            outcome = "shown" if items else "empty"
            if items and (ident < self._newest or not all(_fits(i, position) for i in items)):
                self._tally.stale += 1
            self._newest = max(self._newest, ident)
        self._taken_back.discard(ident)
        self._tally.answers.append(
            Answered(user=self._user, sent=sent, received=now, outcome=outcome, source=source)
        )

    def _let_in(self, message: dict[str, Any], ready: asyncio.Future[None]) -> None:
        if error := message.get("error"):
            ready.set_exception(ConnectionError(error["message"]))
        else:
            ready.set_result(None)

    def _send(self, method: str, params: Any, ident: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if ident is not None:
            message["id"] = ident
        if self._transport is not None:
            self._transport.write(_frame(json.dumps(message)))


def _frame(body: str) -> bytes:
    data = body.encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(data), data)


def _fits(item: dict[str, Any], position: tuple[int, int]) -> bool:
    """Whether a suggestion is for the cursor it was asked for."""
    start, end = item["range"]["start"], item["range"]["end"]
    line, character = position
    return start["line"] == line == end["line"] and (
        start["character"] <= character <= end["character"]
    )


def _position(text: Text, point: Point) -> tuple[int, int]:
    return point.line, text.units(point, Encoding.UTF16)


def _lsp(position: tuple[int, int]) -> dict[str, int]:
    return {"line": position[0], "character": position[1]}
