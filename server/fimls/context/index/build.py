"""Bringing an index up to date with its repository."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fimls.context.index.entry import Entry, entry
from fimls.context.index.files import Excluded, File, files, text_of
from fimls.context.index.store import Store

_BATCH = 100
"""Files that are written at once: what is lost where the process is killed."""

Progress = Callable[[int, int], None]
"""Called with the files that are done and those that there are."""


def build(
    store: Store,
    root: Path,
    *,
    excluded: Excluded,
    rules: str,
    most_files: int,
    most_bytes: int,
    progress: Progress = lambda done, of: None,
) -> int:
    """Take in what is new or changed, take out what is gone; returns how many files were read.

    Several processes may do so at once: each looks whether another one was faster.

    Args:
        store: the index.
        root: the repository's folder.
        excluded: files that must not be in it.
        rules: stands for what `excluded` says: where it changed, the index is made anew, so that
            nothing of what is excluded now stays in it.
        most_files: files that are taken in; those of a larger repository that come later are not.
        most_bytes: of a file.
        progress: is told of it.
    """
    if store.about("rules") != rules:
        store.clear()
        store.say("rules", rules)

    def fill(index: Store) -> int:
        return _fill(
            index,
            root,
            excluded=excluded,
            most_files=most_files,
            most_bytes=most_bytes,
            progress=progress,
        )

    if store.worn:  # the old one serves until there is a new one
        with store.beside() as fresh:
            if fresh.about("rules") != rules:
                fresh.clear()
                fresh.say("rules", rules)
            read_again = fill(fresh)
            store.become(fresh)
        return read_again + fill(store)
    return fill(store)


def _fill(
    store: Store,
    root: Path,
    *,
    excluded: Excluded,
    most_files: int,
    most_bytes: int,
    progress: Progress,
) -> int:
    known, found = store.stamps(), dict[str, File]()
    for file in files(root, excluded=excluded, most_bytes=most_bytes):
        found[file.path] = file
        if len(found) >= most_files:
            break
    store.put([(path, "", None) for path in known if path not in found])
    fresh = [each for each in found.values() if known.get(each.path) != each.stamp]
    for start in range(0, len(fresh), _BATCH):
        progress(start, len(fresh))
        current = store.stamps() if start else known
        batch = [
            (each.path, each.stamp, read(root, each, most_bytes=most_bytes))
            for each in fresh[start : start + _BATCH]
            if current.get(each.path) != each.stamp
        ]
        store.put(batch)
    progress(len(fresh), len(fresh))
    return len(fresh)


def read(root: Path, file: File, *, most_bytes: int) -> Entry | None:
    """Return what the index is to have of a file, or None where it has no text."""
    text = text_of(root, file.path, most_bytes=most_bytes)
    return None if text is None else entry(text, file.language_id)
