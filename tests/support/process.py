"""A server process driven by frames of JSON: for what happens before, after and beside LSP."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from support.contract import Contract

INITIALIZE = {"processId": None, "rootUri": None, "capabilities": {}}
PATIENCE_S = 60


class ServerProcess:
    """A child process that speaks LSP on its standard input and output.

    Attributes:
        received: every message it sent, oldest first.
        errors: what it wrote to standard error; complete once the process has ended.
    """

    def __init__(self, process: asyncio.subprocess.Process):
        self.process = process
        self.received: list[dict[str, Any]] = []
        self.errors = b""
        self.contract = Contract()
        self._ids = iter(range(1, 1_000_000))

    @classmethod
    async def start(cls, *arguments: str, env: Mapping[str, str] | None = None) -> ServerProcess:
        """Start this Python with arguments, by default ``-m fimls serve``."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(arguments or ("-m", "fimls", "serve")),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **(env or {})},
        )
        return cls(process)

    async def __aenter__(self) -> ServerProcess:
        assert self.process.stderr
        self._draining = asyncio.create_task(self.process.stderr.read())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.end()

    def send(self, *messages: Mapping[str, Any]) -> None:
        """Write messages at once."""
        for message in messages:
            self.contract.sent(message)
        frames = (json.dumps({"jsonrpc": "2.0", **m}).encode() for m in messages)
        assert self.process.stdin
        self.process.stdin.write(
            b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(f), f) for f in frames)
        )

    async def read(self) -> dict[str, Any]:
        """Return the next message; everything on standard output must be one."""
        assert self.process.stdout
        async with asyncio.timeout(PATIENCE_S):
            header = await self.process.stdout.readuntil(b"\r\n\r\n")
            assert header.startswith(b"Content-Length: "), header
            length = int(header.split()[1])
            message = json.loads(await self.process.stdout.readexactly(length))
        self.received.append(message)
        self.contract.received(message)
        return message

    def request(self, method: str, params: Any = None) -> dict[str, Any]:
        """Return a request to send."""
        return {"id": next(self._ids), "method": method, "params": params}

    async def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Read until the answer to a request has come."""
        while True:
            for message in self.received:
                if message.get("id") == request["id"] and "method" not in message:
                    return message
            await self.read()

    async def ask(self, method: str, params: Any = None) -> Any:
        """Send a request and return its result."""
        request = self.request(method, params)
        self.send(request)
        return (await self.answer(request))["result"]

    async def initialize(self, options: Any = None) -> Any:
        """Initialize; returns the server's capabilities."""
        params = {**INITIALIZE, "initializationOptions": options}
        result = await self.ask("initialize", params)
        self.send({"method": "initialized", "params": {}})
        return result["capabilities"]

    async def end(self) -> int:
        """Wait until the process has ended; returns its exit status."""
        async with asyncio.timeout(PATIENCE_S):
            self.errors = await self._draining
            return await self.process.wait()

    async def rest(self) -> bytes:
        """Return what is left on standard output."""
        assert self.process.stdout
        return await self.process.stdout.read()
