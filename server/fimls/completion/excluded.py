"""Documents whose text is sent nowhere: by the patterns of their paths, or by their language."""

from __future__ import annotations

from fnmatch import fnmatchcase
from urllib.parse import unquote, urlsplit

from fimls.apart import remembered
from fimls.settings import CompletionSettings
from fimls.text import Document


def excluded(document: Document, settings: CompletionSettings) -> bool:
    """Whether nothing is to be read or completed in a document.

    A pattern without a slash is matched with the file's name, one with a slash with the end of its
    path, folder by folder; ``*`` is anything but a slash. Case does not count.
    """
    if document.language_id in settings.exclude_languages:
        return True
    return _matches_any(document.uri, tuple(settings.exclude_files))


@remembered(64)
def _matches_any(uri: str, patterns: tuple[str, ...]) -> bool:
    path = unquote(urlsplit(uri).path).lower().split("/")
    return any(_matches(path, pattern.lower().split("/")) for pattern in patterns)


def _matches(path: list[str], pattern: list[str]) -> bool:
    if pattern[0] in ("", "**"):
        pattern = pattern[1:]
    if not pattern or len(path) < len(pattern):
        return False
    if pattern[-1] in ("", "**"):  # a folder, and all in it
        folder = pattern[:-1]
        starts = range(len(path) - len(folder))
        return bool(folder) and any(_each(path[n : n + len(folder)], folder) for n in starts)
    return _each(path[-len(pattern) :], pattern)


def _each(parts: list[str], patterns: list[str]) -> bool:
    return all(fnmatchcase(part, pattern) for part, pattern in zip(parts, patterns, strict=True))
