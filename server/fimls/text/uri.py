"""What a document's URI says, whatever an editor calls a URI."""

from __future__ import annotations

import re
from urllib.parse import unquote

_URI = re.compile(
    r"(?:[a-z](?:[a-z0-9+.-]+:|:(?=//)))?(?://[^/?#]*)?(?P<path>[^?#]*)", re.IGNORECASE
)


def path_in(uri: str) -> str:
    """Return the path that a URI has, with slashes; empty if it has none.

    Unlike `urllib.parse.urlsplit` it refuses nothing: brackets, colons and ports are the editor's.
    """
    found = _URI.match(uri)
    return unquote(found["path"]).replace("\\", "/") if found else ""
