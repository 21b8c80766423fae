"""A test in which a server broke the protocol fails: the fixture that sees to it is in force."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
BODY = """
from support import contract

def test_a_server_that_says_what_nobody_asked_for() -> None:
    contract.VIOLATIONS.extend({found!r})
"""


@pytest.mark.parametrize(
    ("found", "outcome"), [([], "1 passed"), (["an edit without a range"], "1 passed, 1 error")]
)
def test_every_test_is_held_to_the_protocol(tmp_path: Path, found: list[str], outcome: str) -> None:
    (tmp_path / "test_one.py").write_text(BODY.format(found=found))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-c", str(TESTS.parent / "pyproject.toml"), str(tmp_path)],
        env={"PYTHONPATH": str(TESTS), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert outcome in done.stdout, done.stdout + done.stderr
    assert all(violation in done.stdout for violation in found)
