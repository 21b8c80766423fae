"""Edits, cancels, engine restarts and reloads of a hub, for as long as one likes.

Four editors type at a hub and one at a server of its own; two of them take requests back. The
engine, which computes nothing, is killed and started again; the hub is told to read its settings
again, which differ each time. What both processes hold is printed each minute: it has to be flat
in the second half.

Run: PYTHONPATH=tests python tests/bench/soak.py [--minutes 30]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fimls.bench.typing_tally import Tally
from support.under_load import TRACES, Served, hub, serve, typist

EDITORS = 4
KEYS_PER_S = 8.0
RESTART_S, AWAY_S, RELOAD_S = 40.0, 2.0, 25.0


class Engine:
    """The engine that computes nothing, always at the same port."""

    def __init__(self) -> None:
        """Start it."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.restarts = -1
        self.start()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        lines = [str(file) for file in TRACES]
        command = [sys.executable, "-m", "fimls.bench.fake_engine", "--port", str(self.port)]
        self.process = subprocess.Popen([*command, "--lines", *lines], stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.process.stdout.readline()
        self.restarts += 1

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self.process.kill()
        self.process.wait()


async def typing(served: Served, tally: Tally, seed: int, until: float, url: str = "") -> None:
    """Type, with a new connection now and then where there can be one."""
    while (now := time.monotonic()) < until:
        editor = await served.connect(
            lambda: typist(tally, keys_per_s=KEYS_PER_S, seed=seed, url=url, cancels=seed % 2 == 0)
        )
        try:
            await editor.run(
                until if url else min(until, now + random.Random(seed).uniform(60, 180))
            )
        except TimeoutError:
            tally.error("not let in")


async def restarts(engine: Engine, until: float) -> None:
    """Kill the engine, and start it again a moment later."""
    while time.monotonic() + RESTART_S < until:
        await asyncio.sleep(RESTART_S)
        engine.kill()
        await asyncio.sleep(AWAY_S)
        await asyncio.to_thread(engine.start)


async def reloads(served: Served, settings: Path, until: float) -> int:
    """Have the hub read its settings again; returns how often."""
    count = 0
    while time.monotonic() + RELOAD_S < until:
        await asyncio.sleep(RELOAD_S)
        count += 1
        change(settings, count)
        served.process.send_signal(signal.SIGHUP)
    return count


def change(settings: Path, count: int) -> None:
    """Write other settings for the connections to the engine."""
    text = re.sub(r"(?m)^read_timeout_ms.*\n", "", settings.read_text("utf-8"))
    line = f"read_timeout_ms = {30_000 + count % 7}\n[hub]"
    settings.write_text(text.replace("[hub]", line), "utf-8")


async def main() -> None:
    """Print a line each minute, and at the end what the editors saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    minutes: float = parser.parse_args().minutes
    until, tally, engine = time.monotonic() + minutes * 60, Tally(), Engine()
    url = f"http://127.0.0.1:{engine.port}"
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.callback(engine.kill)
        team = await stack.enter_async_context(hub(url, folder))
        alone = await stack.enter_async_context(serve(url, folder))
        tasks = [asyncio.create_task(typing(team, tally, seed, until)) for seed in range(EDITORS)]
        tasks.append(asyncio.create_task(typing(alone, tally, EDITORS, until, url)))
        tasks.append(asyncio.create_task(restarts(engine, until)))
        reloading = asyncio.create_task(reloads(team, folder / "hub.toml", until))
        minute = 0
        while time.monotonic() < until - 1:
            for name, served in (("hub", team), ("serve", alone)):
                held = served.held()
                print(
                    f"minute {minute:2} {name:5}: {held.sockets:2} sockets to the engine,"
                    f" {held.descriptors:3} descriptors, {held.resident_mb:6.1f} MB; {tally.keys}"
                    f" keys of all editors so far",
                    flush=True,
                )
            minute += 1
            await asyncio.sleep(min(60.0, max(0.0, until - 1 - time.monotonic())))
        await asyncio.gather(*tasks)
        print(
            f"{tally.keys} keys, {len(tally.answers)} answers, {tally.lost} lost, {tally.stale}"
            f" stale, {engine.restarts} engine restarts, {await reloading} reloads"
        )
        for error, count in sorted(tally.errors.items()):
            print(f"  {count} x {error}")


if __name__ == "__main__":
    asyncio.run(main())
