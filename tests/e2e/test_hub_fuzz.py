"""Ten thousand frames that no editor would send."""

from __future__ import annotations

import asyncio
import copy
import json
import random
import signal
from pathlib import Path
from typing import Any

import psutil

from fimls.hub.hub_address import HubAddress
from support.fake_sglang import FakeSGLang
from support.hub import HubEditor, at, hub_process, write_settings
from support.wire import opened, typed

FRAMES = 10_000
MOST_GROWTH = 4 * 2**20

INITIALIZE = {
    "id": 0,
    "method": "initialize",
    "params": {"processId": None, "rootUri": None, "capabilities": {}},
}
GOOD = [
    INITIALIZE,
    opened("def f():\n    return 1\n"),
    typed(0, 3, "x", version=2),
    {"id": 1, "method": "textDocument/inlineCompletion", "params": at(0, 3)},
    {"id": 2, "method": "textDocument/completion", "params": at(1, 3)},
    {"method": "$/cancelRequest", "params": {"id": 1}},
    {"method": "fimls/didMoveCursor", "params": at(0, 1)},
    {"method": "workspace/didChangeConfiguration", "params": {"settings": {"completion": {}}}},
    {"id": 3, "method": "fimls/statistics", "params": None},
    {"id": 4, "method": "workspace/executeCommand", "params": {"command": "x"}},
    {"id": 5, "method": "shutdown"},
    {"id": 6, "result": None},
    {"id": 7, "error": {"code": 1, "message": "x"}},
    {"method": "notebookDocument/didOpen", "params": {"notebookDocument": {}}},
]
ODD = [None, True, -1, 2**70, 1.5, "", "\ud800", [], {}, [[]], {"x": 1}, "file:///etc/passwd"]


def fuzzed(chance: random.Random) -> bytes:
    """Return one frame."""
    message: Any = json.loads(json.dumps({"jsonrpc": "2.0", **chance.choice(GOOD)}))
    if "id" in message:
        message["id"] = chance.randrange(10**9)
    kind = chance.randrange(8)
    if kind == 0:
        body = chance.randbytes(chance.randrange(200))
    elif kind == 1:
        deep = chance.randrange(1, 3_000)
        body = b'{"jsonrpc":"2.0","method":"x","params":' + b"[" * deep + b"]" * deep + b"}"
    elif kind == 2:
        body = json.dumps([message]).encode()
    else:
        for _ in range(chance.randrange(4)):
            put_odd(message, chance)
        body = json.dumps(message).encode()
        if kind == 3 and body:
            damaged = bytearray(body)
            for _ in range(chance.randrange(1, 4)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            body = bytes(damaged)
    frame = b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    if kind == 4 and chance.random() < 0.1:
        cut = chance.randrange(len(frame))
        frame = frame[:cut] + chance.randbytes(3) + frame[cut:]
    return frame


def put_odd(table: dict[str, Any], chance: random.Random) -> None:
    """Put something odd somewhere into a message."""
    name = chance.choice([*table] or ["x"])
    if isinstance(table.get(name), dict) and chance.random() < 0.8:
        put_odd(table[name], chance)
    elif chance.random() < 0.3:
        table.pop(name, None)
    else:
        table[name] = copy.deepcopy(chance.choice(ODD))


async def test_neither_crash_nor_growth(sglang: FakeSGLang, tmp_path: Path):
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    address = HubAddress.parse(f"unix:{tmp_path}/h.sock")
    chance = random.Random(7)
    async with hub_process(settings, str(address)) as hub:
        assert hub.stdout
        log = asyncio.create_task(hub.stdout.read())
        held: list[int] = []
        for _ in range(4):
            await send_fuzzed(address, FRAMES // 4, chance)
            async with await HubEditor.connect(address) as editor:  # it still works
                await editor.enter()
                editor.send(opened("x"))
                assert await editor.complete(0, 1) == ["x"]
            held.append(psutil.Process(hub.pid).memory_info().rss)
        assert held[3] - held[1] < MOST_GROWTH, held
        hub.send_signal(signal.SIGTERM)
        assert b"exception" not in (await log).lower()
        assert await hub.wait() == 0


async def send_fuzzed(address: HubAddress, count: int, chance: random.Random) -> None:
    """Send so many frames, over a new connection whenever the hub has ended the one before."""
    sent = 0
    while sent < count:
        editor = await HubEditor.connect(address)
        if chance.random() < 0.9:
            editor.send(INITIALIZE)
        reading = asyncio.create_task(editor.reader.read(-1))
        while not reading.done() and sent < count:
            editor.writer.write(fuzzed(chance))
            sent += 1
            await asyncio.sleep(0)
        editor.writer.transport.abort()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
