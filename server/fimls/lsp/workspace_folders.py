"""The folders of a workspace, and which of them a document belongs to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote

from lsprotocol import types

MOST_FOLDERS = 100
"""Further ones are not looked at: each may have a file of settings."""

_FILE = re.compile(r"file:(?://(?P<host>[^/?#]*))?(?P<path>/[^?#]*)", re.IGNORECASE)
_OTHER = re.compile(r"[a-z][a-z0-9+.-]*:(?://[^/?#]*)?(?P<path>/[^?#]*)", re.IGNORECASE)
_DRIVE = re.compile(r"/(?P<letter>[a-zA-Z]):")


def path_of(uri: str) -> Path | None:
    """Return the path that a ``file:`` URI names on this machine, or None if it names none.

    Unlike `urllib.parse.urlsplit` it takes whatever an editor calls a URI.
    """
    found = _FILE.fullmatch(uri.partition("#")[0].partition("?")[0])
    if found is None:
        return None
    path, host = unquote(found["path"]), unquote(found["host"] or "")
    if "\0" in path or set(host) & set("[]\0"):
        return None
    if host and host != "localhost":
        return Path(f"//{host}{path}")
    if _DRIVE.match(path):
        return Path(path[1].lower() + path[2:])
    return Path(path)


def linked(uri: str) -> str:
    """Return the path that the links in a URI's path lead to; empty where there are none.

    Nothing is opened, and no other machine is asked.
    """
    path = path_of(uri)
    if path is None or str(path).startswith(("//", "\\\\")):
        return ""
    try:
        real = os.path.realpath(path)
    except (OSError, ValueError):
        return ""
    return "" if real == os.path.abspath(path) else real


def folders_of(params: types.InitializeParams) -> list[Path]:
    """Return the folders that an editor opened, as far as they are on this machine's disk."""
    uris = [folder.uri for folder in params.workspace_folders or ()]
    found = paths_of(uris or ([params.root_uri] if params.root_uri else []))
    if not uris and not params.root_uri and params.root_path and "\0" not in params.root_path:
        found = [Path(params.root_path)]
    return found


def paths_of(uris: Iterable[str]) -> list[Path]:
    """Return the paths of URIs that name one, each once."""
    return list(dict.fromkeys(path for uri in uris if (path := path_of(uri)) is not None))


def folder_of(uri: str, folders: Sequence[Path]) -> Path | None:
    """Return the innermost folder that a document is in; the first one has those that are in none.

    Args:
        uri: the document's.
        folders: the workspace's.
    """
    path = path_of(uri) or _path_beyond_files(uri)
    if path is None or len(folders) < 2:
        return folders[0] if folders else None
    place = _normal(path)
    around = [each for each in folders if place.is_relative_to(_normal(each))]
    return max(around, key=lambda each: len(each.parts), default=folders[0])


def _path_beyond_files(uri: str) -> Path | None:
    """Return the path in the URI of a notebook's cell, or of another thing that is no file."""
    found = _OTHER.match(uri)
    return Path(unquote(found["path"]).replace("\0", "")) if found else None


def _normal(path: Path) -> Path:
    return Path(re.sub("^//", "/", os.path.normpath(path)))
