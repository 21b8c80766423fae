from __future__ import annotations

import asyncio
import os
import sys

import pytest

from fimls import parent_process

SLEEP = (sys.executable, "-c", "input()")


@pytest.mark.parametrize("told", [True, False], ids=["told by the system", "looked for"])
async def test_the_end_of_a_process_is_noticed(told: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parent_process, "_EVERY_S", 0.01)
    if not told:
        monkeypatch.delattr(os, "pidfd_open", raising=False)
    process = await asyncio.create_subprocess_exec(*SLEEP, stdin=asyncio.subprocess.PIPE)
    watching = asyncio.create_task(parent_process.ended(process.pid))
    await asyncio.sleep(0.1)
    assert not watching.done()
    process.kill()
    await process.wait()
    await asyncio.wait_for(watching, 10)


@pytest.mark.parametrize("pid", [-1, 0, 2**22 + 1, 2**40])
async def test_a_process_that_is_not_there_is_not_waited_for(pid: int):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(parent_process.ended(pid), 0.1)
