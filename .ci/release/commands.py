"""Other programs: run, and quiet unless they fail."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from release import ReleaseError


def output(
    program: str | Path,
    *arguments: str | Path,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run a program to its end, and return what it wrote to its output.

    Raises:
        ReleaseError: it is not installed, or failed: then with the end of what it said.
    """
    found = shutil.which(program)
    if found is None:
        raise ReleaseError(f"{program} is not on the PATH: install it.")
    done = subprocess.run(
        [found, *arguments],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        command = " ".join([Path(program).name, *map(str, arguments)])
        said = "\n".join((done.stdout + done.stderr).strip().split("\n")[-15:])
        raise ReleaseError(f"`{command}` failed with status {done.returncode}:\n{said}")
    return done.stdout


def program_of(environment: Path, name: str) -> Path:
    """Return the path of a program in a virtual environment."""
    return environment / ("Scripts" if os.name == "nt" else "bin") / name
