"""What is sent nowhere."""

from __future__ import annotations

import pytest

from fimls.completion.excluded import excluded
from fimls.settings import CompletionSettings
from fimls.text import Document, Text


def document(uri: str, language: str = "python") -> Document:
    return Document(uri=uri, language_id=language, version=1, text=Text.parse("x"))


@pytest.mark.parametrize(
    ("uri", "out"),
    [
        ("file:///home/me/app/.env", True),
        ("file:///home/me/app/.env.local", True),
        ("file:///home/me/app/environment.py", False),
        ("file:///home/me/.ssh/id_ed25519", True),
        ("file:///home/me/server.PEM", True),
        ("file:///c%3A/work/Tls.Key", True),
        ("file:///home/me/keys.py", False),
        ("untitled:Untitled-1", False),
    ],
)
def test_by_default_files_that_hold_secrets(uri: str, out: bool) -> None:
    assert excluded(document(uri), CompletionSettings()) is out


@pytest.mark.parametrize(
    ("pattern", "uri", "out"),
    [
        ("*.lock", "file:///a/b.lock", True),
        ("*.lock", "file:///a.lock/b", False),
        ("private/*.py", "file:///x/private/a.py", True),
        ("private/*.py", "file:///x/private/deep/a.py", False),
        ("**/private/**", "file:///x/private/deep/a.py", True),
        ("private/", "file:///x/private/deep/a.py", True),
        ("private/", "file:///x/private.py", False),
        ("a b/*", "file:///x/a%20b/c", True),
        ("", "file:///x", False),
        ("/", "file:///x", False),
    ],
)
def test_patterns(pattern: str, uri: str, out: bool) -> None:
    settings = CompletionSettings(exclude_files=[pattern])
    assert excluded(document(uri), settings) is out


def test_languages() -> None:
    settings = CompletionSettings(exclude_languages=["markdown"])
    assert excluded(document("file:///a.md", "markdown"), settings)
    assert not excluded(document("file:///a.py"), settings)
