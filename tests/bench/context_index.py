"""What an index of many real files takes: to build, to keep, and to search while a loop runs.

    python tests/bench/context_index.py FOLDER [--files 10000] [--searches 300]

FOLDER holds Python files, such as those of installed packages. Searches are for what stands before
random places of them, in a thread beside an event loop that wakes each millisecond; the loop's lag
is measured without and with them. Each place is searched for twice: in a document that was just
opened, and once more after another key. Times are of the processor where they say so.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from pathlib import Path

from fimls.context.finder import Finder, Look
from fimls.context.index import Store, build
from fimls.context.index.files import files, text_of
from fimls.settings import ContextSettings
from fimls.text import Document, Point, Text

_MOST_BYTES = 256 * 1_024

_AT_ONCE = 16
"""Documents that are open."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--searches", type=int, default=300)
    parser.add_argument("--index", type=Path, help="keep the index there, and use it again")
    args = parser.parse_args()
    root: Path = args.folder.resolve()
    with tempfile.TemporaryDirectory() as folder:
        file: Path = args.index or Path(folder) / "index.sqlite"
        fresh, store = not file.exists(), Store(file)
        took, cpu = _build(store, root, args.files)
        size = sum(each.stat().st_size for each in file.parent.glob(f"{file.name}*"))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
        if fresh:
            print(f"{store.files} files: built in {took:.0f} s ({cpu:.0f} s of the processor)")
            print(f"{size / 1e6:.0f} MB on disk, {memory:.0f} MiB of memory at most")
            _, cpu = _build(store, root, args.files)
        print(f"looked at again, nothing changed: {cpu:.1f} s of the processor")
        looks = _looks(root, args.searches)
        finder = Finder(root, ContextSettings(search_ms=10_000), store=store)
        asyncio.run(_search(finder, looks))
        finder.close()


def _build(store: Store, root: Path, most: int) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    build(store, root, excluded=lambda p, language: False, rules="", most_files=most,
          most_bytes=_MOST_BYTES)  # fmt: skip
    return time.perf_counter() - began, time.process_time() - cpu


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

    async def during(work: Awaitable[None]) -> list[float]:
        until = asyncio.Event()
        watcher = asyncio.ensure_future(watch(until))
        await work
        until.set()
        return await watcher

    async def search(looks: Sequence[Look], took: list[tuple[float, float]]) -> None:
        for look in looks:
            took.append(await asyncio.to_thread(timed, look))
            await asyncio.sleep(0.01)

    opened, typed = list[tuple[float, float]](), list[tuple[float, float]]()
    lags: tuple[list[float], ...] = ([], [], [])
    for start in range(0, len(looks), _AT_ONCE):
        part = looks[start : start + _AT_ONCE]
        lags[0].extend(await during(asyncio.sleep(0.3)))
        lags[1].extend(await during(search(part, opened)))
        lags[2].extend(await during(search([_typed(each) for each in part], typed)))
    names = "no searches", "in documents just opened", "after another key"
    for name, late, took in zip(names, lags, ([], opened, typed), strict=True):
        late.sort()
        print(f"{name}: the loop woke late by p50 {_at(late, 50):.2f} p99 {_at(late, 99):.2f} ms")
        for which, kind in enumerate(("wall clock", "processor")):
            ms = sorted(each[which] for each in took)
            if ms:
                print(f"  a search takes p50 {_at(ms, 50):.1f} p95 {_at(ms, 95):.1f} ms ({kind})")


def _typed(look: Look) -> Look:
    """Return a look in the same document after another key, at the end of the cursor's line."""
    text, line = look.document.text, look.cursor.line
    end = Point(line, len(text.line(line)))
    document = replace(look.document, version=2, text=text.replace(end, end, "#"))
    return replace(look, document=document)


def _at(values: Sequence[float], percent: int) -> float:
    return values[min(len(values) - 1, len(values) * percent // 100)]


if __name__ == "__main__":
    main()
