"""Where a repository's index is kept: under the user's cache folder, by the repository's path."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from platformdirs import user_cache_path


def folder() -> Path:
    """Return the folder of all indexes."""
    return user_cache_path("fimls") / "context"


def file_for(root: Path) -> Path:
    """Return the file of a repository's index; its name tells nothing of the repository."""
    digest = hashlib.blake2b(str(root).encode("utf-8", "surrogatepass"), digest_size=12)
    return folder() / f"{digest.hexdigest()}.sqlite"


def drop_all() -> bool:
    """Delete every index; returns whether all are gone: Windows keeps what a program has open."""
    shutil.rmtree(folder(), ignore_errors=True)
    return not folder().exists()
