"""A server in this process, driven by JSON messages as they would stand on the wire."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fimls.lsp import FimServer
from fimls.lsp.stdio_server import listen
from support.contract import Contract

URI = "file:///a.py"


class Wire:
    """The editor's end of the line: sends messages, keeps what the server sent.

    Attributes:
        received: every message from the server, oldest first.
    """

    def __init__(self, server: FimServer):
        self.server = server
        self.received: list[dict[str, Any]] = []
        self.contract = Contract()
        self._reader = asyncio.StreamReader()
        self._arrived = asyncio.Condition()
        self._ids = iter(range(1, 1_000_000))
        server.protocol.set_writer(self)

    async def __aenter__(self) -> Wire:
        self._loop = asyncio.create_task(listen(self._reader, self.server.protocol))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reader.feed_eof()
        await self._loop
        await self.server.aclose()

    # What pygls writes to.

    async def write(self, data: bytes) -> None:
        self.received.append(json.loads(data.partition(b"\r\n\r\n")[2]))
        self.contract.received(self.received[-1])
        async with self._arrived:
            self._arrived.notify_all()

    async def close(self) -> None: ...

    # What a test sends.

    def send(self, *messages: dict[str, Any]) -> None:
        """Send messages so that all of them have arrived before the first is handled."""
        for message in messages:
            self.contract.sent(message)
        frames = (json.dumps({"jsonrpc": "2.0", **m}).encode() for m in messages)
        self._reader.feed_data(
            b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(f), f) for f in frames)
        )

    def request(self, method: str, params: Any) -> dict[str, Any]:
        """Return a request to send."""
        return {"id": next(self._ids), "method": method, "params": params}

    async def until(self, found: Any) -> Any:
        """Return the first message for which `found` gives something true, and that."""
        async with self._arrived, asyncio.timeout(10):
            while True:
                for message in self.received:
                    if result := found(message):
                        return result
                await self._arrived.wait()

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Wait for the answer to a request."""
        return await self.until(lambda m: m if m.get("id") == request["id"] else None)

    async def ask(self, method: str, params: Any) -> Any:
        """Send a request and return its result."""
        request = self.request(method, params)
        self.send(request)
        return (await self.answer(request))["result"]

    async def start(self, options: Any = None, *, encoding: str = "utf-16", **capabilities: Any):
        """Initialize; returns the server's capabilities."""
        capabilities["general"] = {"positionEncodings": [encoding]}
        result = await self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": capabilities,
                "initializationOptions": options,
            },
        )
        self.send({"method": "initialized", "params": {}})
        return result["capabilities"]

    def completion(self, line: int, character: int, *, uri: str = URI, kind: int = 2):
        """Return a request for an inline completion."""
        return self.request(
            "textDocument/inlineCompletion",
            {
                "textDocument": {"uri": uri},
                "position": {"line": line, "character": character},
                "context": {"triggerKind": kind},
            },
        )

    def shown(self) -> list[str]:
        """Return the messages that the user was shown."""
        return [
            m["params"]["message"] for m in self.received if m.get("method") == "window/showMessage"
        ]


def opened(text: str, *, uri: str = URI, version: int = 1) -> dict[str, Any]:
    """Return the notification that a document was opened."""
    item = {"uri": uri, "languageId": "python", "version": version, "text": text}
    return {"method": "textDocument/didOpen", "params": {"textDocument": item}}


def typed(line: int, character: int, text: str, *, version: int, uri: str = URI) -> dict[str, Any]:
    """Return the notification that text was typed."""
    here = {"line": line, "character": character}
    return {
        "method": "textDocument/didChange",
        "params": {
            "textDocument": {"uri": uri, "version": version},
            "contentChanges": [{"range": {"start": here, "end": here}, "text": text}],
        },
    }


def cancel(request: dict[str, Any]) -> dict[str, Any]:
    """Return the notification that a request is no longer wanted."""
    return {"method": "$/cancelRequest", "params": {"id": request["id"]}}
