"""What an index of many real files takes: to build, to keep, and to search while a loop runs.

    python tests/bench/context_index.py FOLDER [--files 10000] [--searches 300]

FOLDER holds Python files, such as those of installed packages. Searches are for what stands before
random places of them, in a thread beside an event loop that wakes each millisecond; the loop's lag
is measured without and with them. Times are of the processor where they say so.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from fimls.context.finder import Finder, Look
from fimls.context.index import Store, build
from fimls.context.index.files import files, text_of
from fimls.settings import ContextSettings
from fimls.text import Document, Point, Text

_MOST_BYTES = 256 * 1_024


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--searches", type=int, default=300)
    args = parser.parse_args()
    root: Path = args.folder.resolve()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "index.sqlite"
        store = Store(file)
        began, cpu = time.perf_counter(), time.process_time()
        build(store, root, excluded=lambda p, language: False, rules="", most_files=args.files,
              most_bytes=_MOST_BYTES)  # fmt: skip
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        size = sum(each.stat().st_size for each in Path(folder).iterdir())
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
        print(
            f"{store.files} files: built in {took:.0f} s ({cpu:.0f} s of the processor),"
            f" {size / 1e6:.0f} MB on disk, {memory:.0f} MiB of memory at most"
        )
        began = time.process_time()
        build(store, root, excluded=lambda p, language: False, rules="", most_files=args.files,
              most_bytes=_MOST_BYTES)  # fmt: skip
        again = time.process_time() - began
        print(f"looked at again, nothing changed: {again:.1f} s of the processor")
        looks = _looks(root, args.searches)
        finder = Finder(root, ContextSettings(search_ms=10_000), store=store)
        asyncio.run(_search(finder, looks))
        finder.close()


def _looks(root: Path, many: int) -> list[Look]:
    """Return looks behind names of random files that have some."""
    choose, paths = random.Random(1), list[str]()
    for each in files(root, excluded=lambda p, language: False, most_bytes=_MOST_BYTES):
        paths.append(each.path)
    found = list[Look]()
    while len(found) < many:
        path = choose.choice(paths)
        text = text_of(root, path, most_bytes=_MOST_BYTES)
        lines = Text.parse(text or "").lines
        calls = [
            (number, column + 1)
            for number, line in enumerate(lines)
            for column, char in enumerate(line)
            if char in ".(" and line[:column][-1:].isalnum()
        ]
        if calls:
            line, column = choose.choice(calls)
            uri = f"file:///{path}"
            document = Document(
                uri=uri, language_id="python", version=1, text=Text.parse(text or "")
            )
            found.append(Look(document=document, path=path, cursor=Point(line, column)))
    return found


async def _search(finder: Finder, looks: Sequence[Look]) -> None:
    lags, wall, cpu = list[float](), list[float](), list[float]()

    async def watch(until: asyncio.Event) -> list[float]:
        seen = list[float]()
        while not until.is_set():
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            seen.append((time.perf_counter() - before) * 1e3 - 1)
        return seen

    def timed(look: Look) -> tuple[float, float]:
        began, used = time.perf_counter(), time.thread_time()
        finder.find(look)
        return (time.perf_counter() - began) * 1e3, (time.thread_time() - used) * 1e3

    for searching in (False, True):
        until = asyncio.Event()
        watcher = asyncio.ensure_future(watch(until))
        began = time.perf_counter()
        if searching:
            for look in looks:
                one, other = await asyncio.to_thread(timed, look)
                wall.append(one)
                cpu.append(other)
                await asyncio.sleep(0.01)
        else:
            await asyncio.sleep(10)
        until.set()
        lags = sorted(await watcher)
        print(
            f"{'with' if searching else 'without'} searches ({time.perf_counter() - began:.0f} s):"
            f" the loop woke late by p50 {_at(lags, 50):.2f} p99 {_at(lags, 99):.2f} ms"
        )
    print(
        f"{len(wall)} searches: p50 {_at(sorted(wall), 50):.1f} p95 {_at(sorted(wall), 95):.1f} ms;"
        f" of the processor p50 {_at(sorted(cpu), 50):.1f} p95 {_at(sorted(cpu), 95):.1f} ms"
    )


def _at(values: Sequence[float], percent: int) -> float:
    return values[min(len(values) - 1, len(values) * percent // 100)]


if __name__ == "__main__":
    main()
