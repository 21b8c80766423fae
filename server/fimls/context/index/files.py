"""The files of a repository that may be read: not what ``.gitignore`` names, and nothing large."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias, cast

from fimls.context.languages import language_of

Excluded = Callable[[str, str], bool]
"""Whether the user wants a file of this path and language to be sent nowhere."""

_NEVER = frozenset(
    (".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".tox", ".mypy_cache")
)
"""Folders that are no source of a repository, also where nobody ignores them."""

_MOST_IGNORES = 64 * 1_024
"""Bytes of a ``.gitignore`` that are read."""


class File(NamedTuple):
    """A file: its path from the root, with slashes, and what tells its version."""

    path: str
    stamp: str
    language_id: str


class _Patterns(Protocol):
    def check_file(self, file: str) -> _Verdict: ...


class _Verdict(Protocol):
    include: bool | None


_Rules: TypeAlias = "tuple[tuple[str, str, _Patterns], ...]"
"""Patterns, the outermost first, each with what a path begins with for it, and what it does not."""


def files(root: Path, *, excluded: Excluded, most_bytes: int) -> Iterator[File]:
    """Yield the files that may be read, folder by folder; no link is followed."""
    above = _above(root)
    stack: list[tuple[str, _Rules]] = [("", above)]
    while stack:
        folder, rules = stack.pop()
        try:
            with os.scandir(root / folder) as found:
                entries = sorted(found, key=lambda each: each.name)
        except OSError:
            continue
        if (patterns := _ignores(root / folder / ".gitignore")) is not None:
            rules = (*rules, ("", folder, patterns))
        folders = list[str]()
        for each in entries:
            path = f"{folder}{each.name}"
            if each.is_dir(follow_symlinks=False):
                if each.name not in _NEVER and not _ignored(f"{path}/", rules):
                    folders.append(f"{path}/")
            elif each.is_file(follow_symlinks=False) and not _ignored(path, rules):
                read = _file(root, path, excluded=excluded, most_bytes=most_bytes)
                if read is not None:
                    yield read
        stack += [(each, rules) for each in reversed(folders)]


def file_at(root: Path, path: str, *, excluded: Excluded, most_bytes: int) -> File | None:
    """Return one file by its path from the root, or None where it may not be read or is not there.

    Whether it is ignored is asked of every folder that it is in.
    """
    parts = path.split("/")
    if any(part in _NEVER or part in ("", "..") for part in parts):
        return None
    rules = _above(root)
    for number, _ in enumerate(parts):
        folder = "".join(f"{part}/" for part in parts[:number])
        if folder and ((root / folder).is_symlink() or _ignored(folder, rules)):
            return None
        if (patterns := _ignores(root / folder / ".gitignore")) is not None:
            rules = (*rules, ("", folder, patterns))
    if _ignored(path, rules) or (root / path).is_symlink():
        return None
    return _file(root, path, excluded=excluded, most_bytes=most_bytes)


def text_of(root: Path, path: str, *, most_bytes: int) -> str | None:
    """Return the text of a file, or None where it is none or too large."""
    try:
        with (root / path).open("rb") as file:
            data = file.read(most_bytes + 1)
        return None if len(data) > most_bytes or b"\0" in data else data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def stamp_of(root: Path, path: str) -> str | None:
    """Return what tells a file's version, or None where there is none."""
    try:
        status = os.stat(root / path, follow_symlinks=False)
    except OSError:
        return None
    return f"{status.st_mtime_ns}:{status.st_size}"


def _file(root: Path, path: str, *, excluded: Excluded, most_bytes: int) -> File | None:
    language_id = language_of(path)
    stamp = stamp_of(root, path) if language_id is not None else None
    if language_id is None or stamp is None or int(stamp.partition(":")[2]) > most_bytes:
        return None
    return None if excluded(path, language_id) else File(path, stamp, language_id)


def _above(root: Path) -> _Rules:
    """Return the patterns of the repository that a folder is in, for its paths."""
    outer = list[tuple[str, str, _Patterns]]()
    begins, folder = "", root
    while True:
        for name in (".gitignore", ".git/info/exclude"):
            if name.startswith(".git/") or folder != root:
                patterns = _ignores(folder / name)
                if patterns is not None:
                    outer.insert(0, (begins, "", patterns))
        if (folder / ".git").exists():
            return tuple(outer)
        if folder == folder.parent:
            return ()  # no repository: a file somewhere above is not about this folder
        begins, folder = f"{folder.name}/{begins}", folder.parent


def _ignores(file_of_patterns: Path) -> _Patterns | None:
    try:
        with file_of_patterns.open("rb") as file:
            lines = file.read(_MOST_IGNORES).decode("utf-8", "replace").split("\n")
    except OSError:
        return None
    # Imported here: only who builds an index needs it.
    module = import_module("pathspec")
    return cast("_Patterns", module.GitIgnoreSpec.from_lines(lines))


def _ignored(path: str, rules: _Rules) -> bool:
    """Whether a path is ignored: the innermost file that says something about it decides."""
    for begins, folder, patterns in reversed(rules):
        verdict = patterns.check_file(f"{begins}{path[len(folder) :]}").include
        if verdict is not None:
            return verdict
    return False
