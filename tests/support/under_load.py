"""Server processes under typists who never rest, and what they hold: sockets and memory."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from fimls.bench.simulated_editors import Editor, Typing
from fimls.bench.typing_tally import Tally
from fimls.bench.typing_trace import Trace

TRACES = sorted((Path(__file__).parents[1] / "data" / "traces").glob("*.json"))
_START_S = 60.0

Connect = Callable[[Callable[[], Editor]], Awaitable[Editor]]
"""Connects an editor that the given function makes."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds.

    Attributes:
        sockets: connections to the engine.
        descriptors: open files, all of them.
        resident_mb: resident memory.
    """

    sockets: int
    descriptors: int
    resident_mb: float


@dataclass(frozen=True, slots=True)
class Served:
    """A process that editors are connected to."""

    process: subprocess.Popen[bytes]
    url: str
    connect: Connect

    def held(self) -> Held:
        """Return what it holds now."""
        seen, port = psutil.Process(self.process.pid), urlsplit(self.url).port
        connections = seen.net_connections("tcp")
        to_engine = [each for each in connections if each.raddr and each.raddr.port == port]
        memory = seen.memory_info().rss / 1e6
        return Held(sockets=len(to_engine), descriptors=seen.num_fds(), resident_mb=memory)


@contextlib.asynccontextmanager
async def serve(url: str, folder: Path) -> AsyncGenerator[Served]:
    """Run ``fimls serve`` for one editor, as editors do that speak through a socket."""
    ours, its = socket.socketpair()
    process = _start(folder / "serve.log", "serve", stdin=its, stdout=its)
    its.close()
    opened: list[asyncio.Transport] = []

    async def connect(make: Callable[[], Editor]) -> Editor:
        transport, editor = await asyncio.get_running_loop().create_connection(make, sock=ours)
        opened.append(transport)
        return editor

    try:
        yield Served(process, url, connect)
    finally:
        for transport in opened:  # first: the loop would take the next socket for this one
            transport.abort()
        await asyncio.sleep(0)
        ours.close()
        process.terminate()
        await asyncio.to_thread(process.wait)


@contextlib.asynccontextmanager
async def hub(url: str, folder: Path) -> AsyncGenerator[Served]:
    """Run ``fimls hub`` at a unix path."""
    settings, address = folder / "hub.toml", folder / "hub.sock"
    tokens = json.dumps(str(folder / "tokens.json"))
    settings.write_text(f'[engine]\nurl = "{url}"\n[hub]\ntokens_file = {tokens}\n', "utf-8")
    log = folder / "hub.log"
    process = _start(log, "hub", "--config", str(settings), f"unix:{address}")

    async def connect(make: Callable[[], Editor]) -> Editor:
        loop = asyncio.get_running_loop()
        return (await loop.create_unix_connection(make, str(address)))[1]

    try:
        async with asyncio.timeout(_START_S):
            while not address.exists():
                assert process.poll() is None, log.read_text("utf-8")
                await asyncio.sleep(0.05)
        yield Served(process, url, connect)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


def _start(log: Path, *arguments: str, **ends: Any) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        command = [sys.executable, "-m", "fimls", *arguments]
        return subprocess.Popen(command, stderr=file, **ends)


def typist(
    tally: Tally, *, keys_per_s: float, seed: int = 0, url: str = "", cancels: bool = True
) -> Editor:
    """Return an editor that types traces without rest; `url` is for a server of its own."""
    options: dict[str, Any] = {"engine": {"url": url}} if url else {}
    typing = [Typing.of(Trace.load(file)) for file in TRACES]
    random.Random(seed).shuffle(typing)
    return Editor(
        "somebody",
        typing,
        tally,
        keys_per_s=keys_per_s,
        options=options,
        seed=seed,
        cancels=cancels,
    )
