from __future__ import annotations

import pytest

from fimls.text import path_in


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b%20c.py", "/a/b c.py"),
        ("file://server/share/a.py", "/share/a.py"),
        ("file:///a.py?x#y", "/a.py"),
        ("untitled:Untitled-1", "Untitled-1"),
        ("zip://[abc]/x.py", "/x.py"),
        ("http://[::1/a.py", "/a.py"),
        ("x://exa\uff1ample/a.py", "/a.py"),
        ("C:\\w\\a.py", "C:/w/a.py"),
        ("a.py", "a.py"),
        ("", ""),
    ],
)
def test_the_path_of_whatever_an_editor_calls_a_uri(uri: str, path: str):
    assert path_in(uri) == path
