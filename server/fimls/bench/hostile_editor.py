"""One editor that sends what is worst for others within a hub's bounds, and who notices.

What it causes is measured from outside: how long the hub takes to say that it has no such method,
which nothing but its event loop decides, and by how much its resident memory grows.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
"""A connection to the hub."""

_EVERY_S = 0.02
"""How often it is looked how busy the hub is."""

_PATIENCE_S = 60.0
"""How long the hub may take for one of the messages."""

_NOWHERE = {"start": {"line": 0, "character": 0}, "end": {"line": 10**6, "character": 0}}


async def provoke(
    connect: Callable[[], Awaitable[Streams]], options: Mapping[str, Any], until: float
) -> int:
    """Send everything that is worst, again and again; returns how many messages were answered.

    Args:
        connect: connects to the hub.
        options: initialization options.
        until: a moment of the monotonic clock.
    """
    client = Client(*await connect())
    await client.enter(options)
    answered = 0
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        while time.monotonic() < until:
            for language, text, changes, rest in attacks():
                if time.monotonic() >= until:
                    break
                answered += await client.attack(language, text, changes, rest)
    client.close()
    return answered


async def lags(
    connect: Callable[[], Awaitable[Streams]], options: Mapping[str, Any], until: float
) -> list[tuple[float, float]]:
    """Return moments and how many milliseconds the hub took to answer at once."""
    client = Client(*await connect())
    await client.enter(options)
    seen: list[tuple[float, float]] = []
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        while (sent := time.monotonic()) < until:
            await client.ask("bench/isThereSuchAMethod", {})
            seen.append((sent, (time.monotonic() - sent) * 1e3))
            await asyncio.sleep(_EVERY_S)
    client.close()
    return seen


def attacks() -> Iterator[tuple[str, str, list[Any], dict[str, Any]]]:
    """Yield language, text, changes, and what a request for code actions has beside its range."""
    some = "x = f(a, b)\n"
    for lines, order in ((20_000, 1), (50_000, 7_919), (100_000, -1)):
        yield "python", some * lines, [_change(n * order % lines, 0) for n in range(20_000)], {}
    yield "python", "a\n" * 1_300_000, [], {}
    yield "python", "a\n" * 150_000, [_change(n, 0) for n in range(1_000)], {}
    yield "python", "(" * 4_000_000, [], {}
    yield "python", "a=(b,\n" * 80_000, [_change(0, 0)], {}
    yield "python", "def f(a):\n    return a\n\n" * 60_000, [], {}
    yield "python", " " * 3_900_000 + "\nx\n", [_change(1, 1)], {}
    yield "text", "é" * 600_000, [_change(0, n * 31) for n in range(20_000)], {}
    for part, language in (("a<", "java"), ("- ", "yaml"), ("<a>", "html"), ("a b ", "cpp")):
        yield language, (part * (900 // len(part)) + "\n") * 500, [_change(3, 3)], {}
    problem = {"range": {**_NOWHERE}, "message": "m"}
    yield "python", some * 1_000, [], {"diagnostics": [problem] * 20_000}
    for letter in "abcdef":
        yield (
            "python",
            f"{letter} = 1\n" * 20_000,
            [{"text": f"{letter}{letter} = 2\n" * 20_000}],
            {},
        )


def _change(line: int, character: int) -> dict[str, Any]:
    start = {"line": line, "character": character}
    return {"range": {"start": start, "end": {**start, "character": character + 1}}, "text": "yy"}


class Client:
    """An editor that waits for each answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ids = 0

    async def enter(self, options: Mapping[str, Any]) -> None:
        """Initialize."""
        can = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["refactor"]}}}
        capabilities = {"textDocument": {"inlineCompletion": {}, "codeAction": can}}
        params = {"processId": None, "rootUri": None, "capabilities": capabilities}
        await self.ask("initialize", {**params, "initializationOptions": dict(options)})
        self._send({"method": "initialized", "params": {}})

    async def attack(
        self, language: str, text: str, changes: list[Any], rest: dict[str, Any]
    ) -> int:
        """Open, change, ask and close; returns how many answers came."""
        document = {"uri": "file:///hostile"}
        item = {**document, "languageId": language, "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": item}})
        about: dict[str, Any] = {"textDocument": document}
        context: dict[str, Any] = {"diagnostics": [], **rest}
        actions = {**about, "range": _NOWHERE, "context": context}
        place = {**about, "position": {"line": 2, "character": 0}}
        asked = {**place, "context": {"triggerKind": 2}}
        answered = await self.ask("textDocument/codeAction", actions)
        answered += await self.ask("textDocument/inlineCompletion", asked)
        if changes:
            changed = {"textDocument": {**document, "version": 2}, "contentChanges": changes}
            self._send({"method": "textDocument/didChange", "params": changed})
            answered += await self.ask("textDocument/inlineCompletion", asked)
            answered += await self.ask("textDocument/codeAction", actions)
        self._send({"method": "textDocument/didClose", "params": {"textDocument": document}})
        return answered

    async def ask(self, method: str, params: Any) -> int:
        """Send a request and wait; returns whether it was answered in time."""
        self._ids += 1
        self._send({"id": self._ids, "method": method, "params": params})
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                while (await self._read()).get("id") != self._ids:
                    pass
                return 1
        return 0

    def close(self) -> None:
        """Leave."""
        self._writer.close()

    async def _read(self) -> dict[str, Any]:
        head = await self._reader.readuntil(b"\r\n\r\n")
        return json.loads(await self._reader.readexactly(int(head.split(b":")[1])))

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False).encode()
        self._writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
