"""`fimls serve` answers about as soon as an empty pygls server started beside it."""

from __future__ import annotations

import statistics
import time

from support.process import INITIALIZE, ServerProcess

EMPTY_SERVER = """
from lsprotocol import types
from pygls.lsp.server import LanguageServer
server = LanguageServer("empty", "1")
server.feature(types.TEXT_DOCUMENT_DID_OPEN)(lambda params: None)
server.start_io()
"""

RATIO = 1.5
ROUNDS = 3


async def seconds_to_initialize(*command: str) -> float:
    start = time.perf_counter()
    async with await ServerProcess.start(*command) as server:
        await server.ask("initialize", INITIALIZE)
        return time.perf_counter() - start


async def measure() -> float:
    ours: list[float] = []
    empty: list[float] = []
    for _ in range(ROUNDS):  # in turn, so that a busy machine slows both
        empty.append(await seconds_to_initialize("-c", EMPTY_SERVER))
        ours.append(await seconds_to_initialize("-m", "fimls", "serve"))
    return statistics.median(ours) / statistics.median(empty)


async def test_initialize_is_answered_almost_as_fast_as_by_an_empty_server():
    ratios: list[float] = []
    for _ in range(6):
        ratios.append(await measure())
        if ratios[-1] < RATIO:
            break
    print(f"start-up, ours / empty pygls server: {ratios}")
    assert min(ratios) < RATIO
