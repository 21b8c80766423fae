"""The watchdog of these tests sees what holds a loop, in a process that a test starts too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from fimls.hub.hub_address import HubAddress
from support.fake_sglang import FakeSGLang
from support.hub import HubEditor, hub_process, write_settings
from support.watchdog import BUDGET_S
from support.wire import opened

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


async def test_the_first_editor_of_a_hub_that_logs_everything_finds_all_of_it_made(
    tmp_path: Path, sglang: FakeSGLang
):
    """What all sessions share takes half of the loop's budget, and is made before it listens."""
    settings = write_settings(tmp_path / "fimls.toml", sglang.url)
    with settings.open("a", encoding="utf-8") as file:
        file.write('\n[log]\nlevel = "debug"\n')
    address = HubAddress.parse(f"unix:{tmp_path}/h.sock")
    env = {**os.environ, "WATCHDOG_MOST_S": str(0.6 * BUDGET_S)}
    async with hub_process(settings, str(address), env=env), await HubEditor.connect(address) as me:
        await me.enter()
        me.send(opened("x"))
        assert await me.complete(0, 1) == ["x"]


def found(program: str, file: Path) -> str:
    env = {**os.environ, "WATCHDOG_FILE": str(file), "PYTHONPATH": str(IN_CHILD)}
    subprocess.run([sys.executable, "-c", program, "fimls"], env=env, check=True)
    return file.read_text("utf-8") if file.exists() else ""
