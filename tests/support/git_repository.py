"""A small repository with a real history."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def repository(folder: Path, commits: Sequence[Mapping[str, str | None]]) -> Path:
    """Make a repository whose commits write these files, by their paths; None deletes one."""
    folder.mkdir()
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{
            f"GIT_{who}_{what}": "a@b.c"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }

    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True
        )

    git("init", "-q")
    for number, files in enumerate(commits):
        for path, text in files.items():
            if text is None:
                (folder / path).unlink()
                continue
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        git("add", "-A")
        git("commit", "-q", "-m", f"Number {number}")
    return folder
