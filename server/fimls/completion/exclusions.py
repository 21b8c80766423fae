"""Documents whose text is sent nowhere: by the patterns of their paths, or by their language."""

from __future__ import annotations

import re
import unicodedata
from fnmatch import translate
from urllib.parse import unquote

from fimls.session_memo import remembered
from fimls.settings import CompletionSettings
from fimls.text import Document

_MOST_PIECES, _MOST_FOLDERS = 200, 4_096
"""Of a URI; one with more is taken for a file that is not to be read."""

_LONGEST = 256
"""Characters of a name that are looked at, at each end; no file system has longer ones."""

_ENDS = re.compile(r"[?#\0]")
"""Where the path of a URI may end, or, written by somebody who does not quote, go on."""

_PIECES = re.compile(r"""[?#\0:&=;,"{}]""")
"""What stands around paths in the URIs of archives, versions, cells and queries."""

_COPY = re.compile(r"^\.?(.+)\.sw[a-p]$|^(.+?)(?:~|\.(?:bak|backup|old|orig|save|tmp))$")
"""What editors call the copies that they keep of a file."""


def excluded(document: Document, settings: CompletionSettings) -> bool:
    """Whether nothing is to be read or completed in a document.

    A pattern without a slash is matched with the file's name, one with a slash with the end of its
    path, folder by folder; ``*`` is anything but a slash. Case does not count. A URI can be read in
    several ways, and does not always quote what it should: one way that matches is enough. So is
    the file's own path, where the editor calls it by a link.
    """
    names = (document.uri, document.real_path) if document.real_path else (document.uri,)
    return any(excluded_file(name, document.language_id, settings) for name in names)


def excluded_file(uri: str, language_id: str, settings: CompletionSettings) -> bool:
    """Whether nothing is to be read in a file, by its URI or path; see `excluded`."""
    if language_id in settings.exclude_languages:
        return True
    return _matches_any(uri, tuple(settings.exclude_files))


@remembered(64)
def _matches_any(uri: str, patterns: tuple[str, ...]) -> bool:
    ways = _ways(uri)
    if ways is None:
        return True
    paths = [_Path(way) for way in ways]
    return any(pattern.matches(path) for pattern in _patterns(patterns) for path in paths)


def _ways(uri: str) -> set[str] | None:
    """Return what the path of the file may be that a URI names; None if that is too much."""
    readings = {uri, once := unquote(uri), unquote(once)}  # some clients quote twice
    ways: set[str] = set()
    for reading in readings:
        text = unicodedata.normalize("NFC", reading).lower().replace("\\", "/")
        if text.count("/") > _MOST_FOLDERS or len(_PIECES.findall(text)) > _MOST_PIECES:
            return None
        ways.add(text)
        ways.update(text[: end.start()] for end in _ENDS.finditer(text))
        ways.update(_PIECES.split(text))
    return ways


class _Path:
    """The names of folders and file, each as it is, as Windows reads it, and as a copy's."""

    def __init__(self, path: str) -> None:
        self.names = [_readings(name) for name in path.split("/") if name not in ("", ".")]
        self.all = set[str]().union(*self.names)


def _readings(name: str) -> set[str]:
    if len(name) > 2 * _LONGEST:
        name = name[:_LONGEST] + name[-_LONGEST:]
    copy = _COPY.match(name)
    original = (copy[1] or copy[2]) if copy else name
    return {name, name.strip().rstrip(". "), original}


@remembered(8)
def _patterns(patterns: tuple[str, ...]) -> list[_Pattern]:
    return [_Pattern(pattern) for pattern in patterns]


class _Pattern:
    """A pattern, ready to be matched with many paths."""

    def __init__(self, pattern: str) -> None:
        names = unicodedata.normalize("NFC", pattern).lower().split("/")
        if names[0] in ("", "**"):
            names = names[1:]
        self._folder = bool(names) and names[-1] in ("", "**")  # a folder, and all in it
        self._names = [_Name(name) for name in (names[:-1] if self._folder else names)]

    def matches(self, path: _Path) -> bool:
        names, size = path.names, len(self._names)
        if not size or len(names) < size:
            return False
        if not self._folder:
            return self._fits(names[-size:])
        return self._names[0].fits(path.all) and any(
            self._fits(names[start : start + size]) for start in range(len(names) - size)
        )

    def _fits(self, names: list[set[str]]) -> bool:
        return all(mine.fits(each) for mine, each in zip(self._names, names, strict=True))


class _Name:
    def __init__(self, pattern: str) -> None:
        wild = any(each in pattern for each in "*?[")
        self._text = None if wild else pattern
        self._regex = re.compile(translate(pattern)) if wild else None

    def fits(self, readings: set[str]) -> bool:
        if self._regex is None:
            return self._text in readings
        return any(self._regex.match(each) for each in readings)
