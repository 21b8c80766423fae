"""Having the index of a folder built: by a process of its own, so that no key waits for it.

Its work would otherwise take turns with the typing, and its memory would stay here.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from fimls.logs.child_environment import without_secrets

if TYPE_CHECKING:
    from fimls.settings import Settings

Report = Callable[[int, int], None]
"""Takes how many files are done, and how many there are."""

AFTER_S = 2.0
"""How long a document must be open: who looks into a file and goes needs no index."""

logger = logging.getLogger(__name__)


class Indexing:
    """Builds each folder's index once, and again when it is asked to.

    Attributes:
        ended: is called when an index is up to date.
    """

    def __init__(self, begin: Callable[[Path], Report]) -> None:
        """`begin` is told of a folder whose index is made, and returns what takes its progress."""
        self.ended: Callable[[], None] = lambda: None
        self._begin = begin
        self._tasks: dict[Path, asyncio.Task[None]] = {}

    def want(self, root: Path, settings: Settings) -> None:
        """Have the index of a folder brought up to date, unless that was done."""
        if root not in self._tasks:
            self._tasks[root] = asyncio.ensure_future(self._run(root, settings))

    def again(self, root: Path, settings: Settings) -> None:
        """Have it brought up to date once more, if it was before."""
        task = self._tasks.get(root)
        if task is not None and task.done():
            del self._tasks[root]
            self.want(root, settings)

    async def aclose(self) -> None:
        """End it; what was written stays."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _run(self, root: Path, settings: Settings) -> None:
        await asyncio.sleep(AFTER_S)
        tables = {"completion": attrs.asdict(settings.completion)}
        tables["context"] = attrs.asdict(settings.context)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "fimls", "index", str(root), "--settings-on-stdin"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=without_secrets(),
        )
        try:
            await self._follow(process, root, json.dumps(tables).encode())
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _follow(self, process: asyncio.subprocess.Process, root: Path, given: bytes) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        report: Report | None = None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(given)
            process.stdin.close()
        while line := await process.stdout.readline():
            try:
                said: Any = json.loads(line)
                done, of = int(said["done"]), int(said["of"])
            except (ValueError, KeyError, TypeError):
                continue
            if of:
                report = report or self._begin(root)
                report(done, of)
        self.ended()
        if await process.wait():
            logger.warning(
                "The index of a folder was not made: run `fimls index` there to see why."
            )
