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
    await asyncio.sleep(0)
    until = time.thread_time() + 0.2
    while time.thread_time() < until:
        pass

asyncio.run(holds())
"""


def test_a_process_that_holds_its_loop_is_seen(tmp_path: Path):
    file = tmp_path / "found.txt"
    env = {**os.environ, "WATCHDOG_FILE": str(file), "PYTHONPATH": str(IN_CHILD)}
    subprocess.run([sys.executable, "-c", BUSY, "fimls"], env=env, check=True)
    assert "holds" in file.read_text("utf-8")
