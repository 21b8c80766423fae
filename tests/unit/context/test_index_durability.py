"""An index is whole whatever happens to the processes that write it.

The oracles are SQLite's own checks, and an index that nobody disturbed.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import sys
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from fimls.context.finder import Finder, Look
from fimls.context.index import Store, build, drop_all, file_for
from fimls.settings import ContextSettings
from fimls.text import Point
from unit.context.conftest import document, indexed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked and killed")

KILLS = 24
FILES = 120
NAMES = [f"name_{n}" for n in range(30)]


def write(root: Path, version: int, *, which: range = range(FILES)) -> None:
    """Write files whose text tells their version, so that each has to be read again."""
    choose = random.Random(version)
    (root / "many").mkdir(exist_ok=True)
    for n in which:
        body = "".join(
            f"def f_{n}_{part}({choose.choice(NAMES)}):\n    return {choose.choice(NAMES)}\n\n"
            for part in range(12)
        )
        (root / f"many/file_{n}.py").write_text(f"version = {version}\n{body}")


def indexing(root: Path) -> BaseProcess:
    """Start a process that brings the index up to date, as each editor's does."""
    process = multiprocessing.get_context("fork").Process(target=indexed, args=(root,))
    process.start()
    return process


def is_whole(root: Path) -> None:
    """Check the index as SQLite does, and that nobody holds a lock on it."""
    db = sqlite3.connect(file_for(root), timeout=0, isolation_level=None)
    try:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO found (found) VALUES ('integrity-check')")
        db.execute("COMMIT")
    finally:
        db.close()


def says(file: Path) -> tuple[object, ...]:
    """Return all that an index answers."""
    store = Store(file)
    try:
        windows = {
            name: {
                (each.path, each.stamp, each.first, each.end)
                for each in store.search(
                    {name: 1.0}, needed=name, most=9_999, until=time.monotonic() + 60
                )
            }
            for name in NAMES
        }
        defined = [
            store.definitions(f"f_{n}_{part}", most=9) for n in range(FILES) for part in (0, 11)
        ]
        return store.stamps(), windows, defined
    finally:
        store.close()


def says_what_a_fresh_one_does(root: Path, tmp_path: Path) -> bool:
    fresh = Store(tmp_path / "fresh.sqlite")
    build(
        fresh,
        root,
        excluded=lambda path, language: False,
        rules="",
        most_files=1_000,
        most_bytes=100_000,
    )
    fresh.close()
    return says(file_for(root)) == says(tmp_path / "fresh.sqlite")


def test_a_process_that_is_killed_at_any_moment_leaves_it_whole_and_unlocked(
    root: Path, tmp_path: Path
) -> None:
    choose = random.Random(21)
    write(root, 0)
    began = time.perf_counter()
    indexed(root)
    longest = time.perf_counter() - began
    killed = 0
    for version in range(1, KILLS + 1):
        write(root, version)
        process = indexing(root)
        time.sleep(choose.uniform(0, longest))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        killed += process.exitcode == -signal.SIGKILL
        before = len(says(file_for(root))[0])
        is_whole(root)
        assert before == FILES + 2  # what was there before is there still
    assert killed > KILLS // 2, "most were done before they could be killed"
    indexed(root)
    assert says_what_a_fresh_one_does(root, tmp_path)


def test_two_editors_write_it_at_once_and_a_third_one_searches(root: Path, tmp_path: Path) -> None:
    write(root, 0)
    finder = Finder(root, ContextSettings(search_ms=5_000))
    look = Look(document=document("new.py", "name_1("), path="new.py", cursor=Point(0, 7))
    for version in range(1, 6):
        write(root, version)
        both = [indexing(root), indexing(root)]
        finder.update("many/file_3.py", excluded=lambda path, language: False)
        while any(each.is_alive() for each in both):
            finder.find(look)
        for each in both:
            each.join()
        assert [each.exitcode for each in both] == [0, 0]
    finder.close()
    is_whole(root)
    assert says_what_a_fresh_one_does(root, tmp_path)


def test_who_has_it_open_notices_that_it_was_dropped(root: Path) -> None:
    indexed(root)
    finder = Finder(root, ContextSettings(search_ms=5_000))
    text = "load_prices("
    look = Look(document=document("new.py", text), path="new.py", cursor=Point(0, len(text)))
    assert finder.find(look)
    assert drop_all()
    assert finder.find(look) == ()
    indexed(root)
    assert finder.find(look)
    finder.close()
