"""Archives that are the same bytes for the same files, whoever builds them, and when."""

from __future__ import annotations

import gzip
import os
import tarfile
from collections.abc import Iterable
from pathlib import Path

EPOCH_S = int(os.environ.get("SOURCE_DATE_EPOCH", "1580601600"))
"""When all files were changed last, as the archive has it: hatchling's default, for wheels too."""


def write_archive(archive: Path, top: str, files: Iterable[tuple[str, Path]]) -> Path:
    """Write a .tar.gz whose only folder at the top is `top`, and return its path.

    Args:
        archive: where it goes.
        top: name of that folder.
        files: names below it, and the files.
    """
    with (
        archive.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=EPOCH_S) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for name, file in sorted(files):
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size, entry.mtime, entry.mode = file.stat().st_size, EPOCH_S, 0o644
            with file.open("rb") as content:
                tar.addfile(entry, content)
    return archive
