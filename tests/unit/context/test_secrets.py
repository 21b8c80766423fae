"""Keys and passwords in a text are masked; what only looks a little like one is not."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from fimls.context.secrets import Masks, masked
from unit.context.conftest import Find, indexed

KEY = "9f8Gh2Kd0sLq7WzXe4Rt6YuI1oP3aBnM"


@pytest.mark.parametrize(
    "line",
    [
        f'API_KEY = "{KEY}"',
        f"export SERVICE_TOKEN={KEY}",
        f'"client_secret": "{KEY}",',
        'password: str = "correct-horse7!"',
        f'headers = {{"x": "{KEY}{KEY}"}}',
        "aws = AKIAIOSFODNN7EXAMPLE",
        f"login(ghp_{KEY}abcd)",
        f"url = 'https://user:{KEY}@example.org/x'",
        f"-----BEGIN RSA PRIVATE KEY-----\n{KEY}\n-----END RSA PRIVATE KEY-----",
        f"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.{KEY}",
        f"sk-proj-{KEY}",
    ],
)
def test_what_is_a_secret_is_masked(line: str) -> None:
    out = masked(f"before = 1\n{line}\nafter = 2\n")
    assert KEY not in out
    assert "AKIAIOSFODNN7EXAMPLE" not in out
    assert "correct-horse7!" not in out
    assert out.startswith("before = 1\n")
    assert out.endswith("after = 2\n")


@pytest.mark.parametrize(
    "line",
    [
        "token = tokenizer.next_token()",
        'password = getpass("Your password: ")',
        'key = "a_rather_long_name_of_a_setting"',
        'raise ValueError("a token must be given")',
        "def secret_of(name: str) -> str:",
        'path = "/usr/share/some/long/path/to/a/file.txt"',
    ],
)
def test_what_is_none_stays(line: str) -> None:
    assert masked(line) == line


def test_a_key_in_another_file_is_in_no_snippet_of_any_source(root: Path, find: Find) -> None:
    planted = f'    def renewed(self):\n        token = "{KEY}"\n        return token\n'
    (root / "shop/logins.py").write_text(f"class Login:\n{planted}")
    (root / "shop/usual.py").write_text(f'login.renewed(token="{KEY}")\nlogin.other()\n')
    indexed(root)
    new = f'token = "{KEY}"\nlogin.renewed(token)\n'
    opened = [("shop/opened.py", new)]
    changed = [("shop/opened.py", "", new)]
    for text in ("login = Login(¦", "login: Login\nlogin.¦", "token\nlogin.renewed(¦"):
        for source in ("definitions", "members", "edits", "windows"):
            found = find(text, opened=opened, changed=changed, sources=[source], min_share=0.0)
            assert KEY not in str(found)
        assert find(text, opened=opened, changed=changed, min_share=0.0)


SECRETS = [
    f'API_KEY = "{KEY}"\n',
    f"url = 'https://user:{KEY}@example.org/x'\n",
    f'names = ["{KEY}", "{KEY}x"]\n',
    f"-----BEGIN PRIVATE KEY-----\n{KEY}\n{KEY}=\n-----END PRIVATE KEY-----\n",
]


@pytest.mark.parametrize("text", SECRETS)
def test_what_is_hidden_of_a_document_is_restored_as_it_was(text: str) -> None:
    masks = Masks()
    hidden = masks.hide(text)
    assert KEY not in hidden
    assert hidden == masks.hide(text) == masks.hide(hidden) == Masks().hide(text)
    assert hidden.count("\n") == text.count("\n")
    assert masks.restore(hidden, ended=True) == text
    assert Masks().restore(hidden, ended=True) == hidden  # nor in any other document


@pytest.mark.parametrize("text", SECRETS)
def test_a_mask_that_is_not_whole_yet_is_not_shown(text: str) -> None:
    masks = Masks()
    hidden = masks.hide(text)
    shown = [masks.restore(hidden[:end], ended=False) for end in range(len(hidden) + 1)]
    for before, after in pairwise(shown):
        assert after.startswith(before)
    assert all(text.startswith(each) for each in shown)


def test_a_private_key_is_hidden_around_a_line_in_it() -> None:
    above, below = Masks().hide_around(
        f"-----BEGIN PRIVATE KEY-----\n{KEY}\n", f"{KEY}\n-----END PRIVATE KEY-----\nafter = 1\n"
    )
    assert KEY not in above + below
    assert above.startswith("-----BEGIN PRIVATE KEY-----\n")
    assert below.endswith("\n-----END PRIVATE KEY-----\nafter = 1\n")
    assert (above + below).count("\n") == 5
