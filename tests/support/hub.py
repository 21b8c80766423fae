"""A hub in this process, and editors that speak with it through real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import sys
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

from fimls.hub.hub import Hub
from fimls.hub.hub_address import HubAddress
from fimls.message_framing import Frames
from support.contract import Contract
from support.wire import URI

PATIENCE_S = 20


def write_settings(file: Path, url: str, **hub: Any) -> Path:
    """Write a hub's settings: an engine's address, and values for the table ``hub``."""
    tables = {
        "engine": {"url": url},
        "prompt": {"layout": "whole", "warm_up": False},
        "completion": {"reuse": False, "speculation": False, "lines": "multi", "debounce_ms": 0},
        "hub": {"tokens_file": str(file.with_name("tokens.json")), **hub},
    }
    lines: list[str] = []
    for table, values in tables.items():
        lines += [
            f"[{table}]",
            *(f"{name} = {json.dumps(value)}" for name, value in values.items()),
        ]
    file.write_text("\n".join(lines), "utf-8")
    return file


@contextlib.asynccontextmanager
async def running_hub(settings: Path, *addresses: str) -> AsyncGenerator[Hub, None]:
    """Start a hub and end it."""
    hub = Hub(settings)
    await hub.start([HubAddress.parse(text) for text in addresses])
    try:
        yield hub
    finally:
        await hub.aclose()


@contextlib.asynccontextmanager
async def hub_process(
    settings: Path, *addresses: str, **options: Any
) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    """Start ``fimls hub`` and wait until it listens; ``process.stdout`` has its log."""
    command = (sys.executable, "-m", "fimls", "hub", "--config", str(settings), *addresses)
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, **options
    )
    assert process.stdout
    try:
        line = b""
        async with asyncio.timeout(20):
            while not line.startswith(b"fimls hub listens at"):
                before, line = line, await process.stdout.readline()
                assert line, before
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


class HubEditor:
    """One editor, message by message.

    Attributes:
        received: every message from the hub.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.received: list[dict[str, Any]] = []
        self.contract = Contract()
        self._frames = Frames(2**26)
        self._ids = iter(range(1, 1_000_000))

    @classmethod
    async def connect(cls, address: HubAddress, context: ssl.SSLContext | None = None) -> HubEditor:
        if address.scheme == "unix":
            return cls(*await asyncio.open_unix_connection(address.path))
        return cls(*await asyncio.open_connection(address.host, address.port, ssl=context))

    async def __aenter__(self) -> HubEditor:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()

    def send(self, *messages: Mapping[str, Any]) -> None:
        """Send messages at once."""
        for message in messages:
            self.contract.sent(message)
        bodies = (json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages)
        self.writer.write(b"".join(map(self._frames.frame, bodies)))

    async def read(self) -> dict[str, Any] | None:
        """Return the next message, or None when the hub has ended the connection."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for body in self._frames.bodies():
                    self.received.append(json.loads(body))
                    self.contract.received(self.received[-1])
                    return self.received[-1]
                try:
                    data = await self.reader.read(65_536)
                except ConnectionError:
                    data = b""
                if not data:
                    return None
                self._frames.push(data)

    async def until_closed(self) -> list[dict[str, Any]]:
        """Read to the end; returns all that came."""
        while await self.read() is not None:
            pass
        return self.received

    def request(self, method: str, params: Any = None) -> dict[str, Any]:
        return {"id": next(self._ids), "method": method, "params": params}

    async def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Wait for the answer to a request."""
        while True:
            message = await self.read()
            assert message is not None, f"the connection ended; it said {self.received}"
            if message.get("id") == request["id"] and "method" not in message:
                return message

    async def ask(self, method: str, params: Any = None) -> Any:
        request = self.request(method, params)
        self.send(request)
        answer = await self.answer(request)
        assert "error" not in answer, answer
        return answer["result"]

    async def enter(
        self,
        options: Any = None,
        *,
        token: str | None = None,
        root: str | None = None,
        capabilities: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Initialize; returns the whole answer."""
        options = {**(options or {}), **({"hub": {"token": token}} if token else {})}
        request = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": root,
                "capabilities": {
                    "experimental": {"fimls": {"status": True, "usage": True}},
                    **(capabilities or {}),
                },
                "initializationOptions": options,
            },
        )
        self.send(request)
        answer = await self.answer(request)
        if "error" not in answer:
            self.send({"method": "initialized", "params": {}})
        return answer

    async def complete(self, line: int, character: int, *, uri: str = URI) -> list[str]:
        """Ask for an inline completion; returns the texts."""
        result = await self.ask("textDocument/inlineCompletion", at(line, character, uri=uri))
        return [item["insertText"] for item in result["items"]]

    def shown(self) -> list[str]:
        """Return the messages that the user was shown."""
        return [
            m["params"]["message"] for m in self.received if m.get("method") == "window/showMessage"
        ]


def at(line: int, character: int, *, uri: str = URI) -> dict[str, Any]:
    """Return the parameters of a request for an inline completion."""
    return {
        "textDocument": {"uri": uri},
        "position": {"line": line, "character": character},
        "context": {"triggerKind": 2},
    }
