"""Which folders are indexed, and which of their files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fimls.completion.exclusions import excluded_file

if TYPE_CHECKING:
    from fimls.settings import Settings


def is_repository(folder: Path) -> bool:
    """Whether a folder is one to index: neither a whole disk nor somebody's home."""
    return folder != folder.parent and folder not in (Path.home(), Path.home().parent)


def excluding(settings: Settings) -> Callable[[str, str], bool]:
    """Return what says whether a file, by its path and language, is sent nowhere."""
    return lambda path, language_id: excluded_file(f"/{path}", language_id, settings.completion)
