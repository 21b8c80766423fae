"""The watchdog of these tests sees what holds a loop, in a process that a test starts too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

IN_CHILD = Path(__file__).parent.parent / "support" / "in_child"

BUSY = """
import asyncio, time

async def holds():
    print("served", flush=True)
    await asyncio.sleep(0)
    until = time.thread_time() + 0.2
    while time.thread_time() < until:
        pass

asyncio.run(holds())
"""


def test_a_process_that_holds_its_loop_is_seen(tmp_path: Path):
    assert "holds" in found(BUSY, tmp_path / "found.txt")


def test_a_process_that_serves_nobody_yet_may_hold_it(tmp_path: Path):
    assert found(BUSY.replace('print("served", flush=True)', "pass"), tmp_path / "found.txt") == ""


def found(program: str, file: Path) -> str:
    env = {**os.environ, "WATCHDOG_FILE": str(file), "PYTHONPATH": str(IN_CHILD)}
    subprocess.run([sys.executable, "-c", program, "fimls"], env=env, check=True)
    return file.read_text("utf-8") if file.exists() else ""
