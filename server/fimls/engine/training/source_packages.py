"""Training text in other languages than Python: unpacked source packages, by what they state.

A folder of packages is npm's ``node_modules``, cargo's ``registry/src/*``, or what
``apt-get source`` unpacked. A package whose licence is not stated, or is not permissive, is left
out.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from fimls.engine.training.corpus import (
    COPYLEFT,
    PERMISSIVE,
    SKIPPED_PARTS,
    Source,
    source_of,
    written_by_hand,
)

SUFFIXES = frozenset((".js", ".mjs", ".ts", ".tsx", ".go", ".rs", ".c", ".h", ".py"))
BUILT = re.compile(r"\.min\.|\.d\.ts$|(^|/)(dist|build|umd|esm|cjs|bundle|node_modules|debian)/")
"""Files that a tool wrote, or that say nothing of how people write."""


def collect_packages(folder: Path, seen: set[str]) -> Iterator[Source]:
    """Yield what the packages of a folder have to learn from.

    Args:
        folder: its folders, and npm's ``@scope/`` folders in it, are packages.
        seen: sums of the texts that were taken before; grows.
    """
    inside = sorted(each for each in folder.iterdir() if each.is_dir())
    for package in inside:
        if package.name.startswith("@"):
            yield from collect_packages(package, seen)
        elif (licence := stated_licence(package)) is not None:
            source = source_of(
                package.name, licence, _files(package), seen, 1, text_of=written_by_hand
            )
            if source.training:
                yield source


def stated_licence(package: Path) -> str | None:
    """Return the permissive licence that a package states of all of itself, or None."""
    stated = _npm(package) or _cargo(package) or _debian(package)
    if stated is None or COPYLEFT.search(stated):
        return None
    return stated if PERMISSIVE.search(stated) else None


def _npm(package: Path) -> str | None:
    try:
        licence = json.loads((package / "package.json").read_text("utf-8")).get("license")
    except (OSError, ValueError, AttributeError):
        return None
    return licence if isinstance(licence, str) else None


def _cargo(package: Path) -> str | None:
    try:
        licence = tomllib.loads((package / "Cargo.toml").read_text("utf-8"))["package"]["license"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return licence if isinstance(licence, str) else None


def _debian(package: Path) -> str | None:
    """All licences of a machine-readable ``debian/copyright``, one behind the other."""
    try:
        text = (package / "debian" / "copyright").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    named = sorted(set(re.findall(r"(?m)^License:[ \t]*(\S.*)$", text)))
    return ", ".join(named) if "Format:" in text and named else None


def _files(package: Path) -> Iterator[Path]:
    for file in sorted(package.rglob("*")):
        name = file.relative_to(package).as_posix()
        if file.suffix in SUFFIXES and not (SKIPPED_PARTS.search(name) or BUILT.search(name)):
            yield file
