"""One version everywhere: what is built together says the same number."""

from __future__ import annotations

import re
from pathlib import Path

from release import ReleaseError
from release.commands import output, program_of

PLACES = {
    "pyproject.toml": r'(?m)^version = "(.+)"$',
    "server/fimls/__init__.py": r'(?m)^__version__ = "(.+)"$',
    "editors/vscode/package.json": r'(?m)^  "version": "(.+)",$',
    "editors/nvim/lua/fimls/version.lua": r'(?m)^return "(.+)"$',
}
"""File -> where in it the version stands."""


def the_version(root: Path, *, tag: str | None = None) -> str:
    """Return the version that all files name.

    Args:
        root: the top of the checkout.
        tag: the tag of the release, if there is one: the change log must then tell of it.

    Raises:
        ReleaseError: two places disagree, or it is no version that VS Code takes too.
    """
    found = {name: _version_in(root / name, pattern) for name, pattern in PLACES.items()}
    if len(set(found.values())) > 1:
        named = ", ".join(f"{name} says {version}" for name, version in found.items())
        raise ReleaseError(f"the versions disagree: {named}. Set all to the one that is released.")
    version = next(iter(found.values()))
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ReleaseError(
            f"VS Code takes no version {version}: give three numbers with points between."
        )
    if tag is not None:
        _check_tag(root, tag, version)
    return version


def check_the_program(environment: Path, version: str) -> None:
    """Have the installed program say its version.

    Raises:
        ReleaseError: it says another one.
    """
    said = output(program_of(environment, "fimls"), "--version").strip()
    if said != f"fimls {version}":
        raise ReleaseError(f"`fimls --version` says {said!r}, and this is release {version}.")


def _check_tag(root: Path, tag: str, version: str) -> None:
    if tag != f"v{version}":
        raise ReleaseError(f"the tag is {tag}, and the files say {version}: tag v{version}.")
    log = (root / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"(?m)^## \[{re.escape(version)}\]", log):
        raise ReleaseError(
            f"CHANGELOG.md has no section [{version}]: give its section [Unreleased] that name."
        )


def _version_in(file: Path, pattern: str) -> str:
    found = re.search(pattern, file.read_text("utf-8"))
    if found is None:
        raise ReleaseError(f"{file} names no version: write it as {pattern} has it.")
    return found[1]
