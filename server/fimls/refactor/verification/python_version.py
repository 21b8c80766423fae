"""Syntax that the project's oldest Python does not have."""

from __future__ import annotations

import ast
import re
import warnings

from fimls.bounded_file import read_regular_file
from fimls.refactor.verdict import Finding
from fimls.refactor.verification.answered import Answered

NAME = "requires-python"

_MOST_BYTES = 1_000_000
_OLDEST = re.compile(r"""^\s*requires-python\s*=\s*["'][^"'\n]*?>=?\s*3\.(\d+)""", re.MULTILINE)


def python_version(answered: Answered) -> Finding | None:
    """Say whether a change needs a newer Python than the project promises to run on."""
    change = answered.change
    if change.language != "python" or answered.root is None:
        return None
    try:
        project = read_regular_file(answered.root / "pyproject.toml", most_bytes=_MOST_BYTES)
        text = project.decode("utf-8")
    except (OSError, ValueError):
        return None
    found = _OLDEST.search(text)
    if found is None:
        return None
    version = (3, int(found[1]))
    new = [file.text for file in change.new_files] or [change.after]
    if _reads(change.before, version) and not all(_reads(text, version) for text in new):
        return Finding(NAME, "refuted", f"Python 3.{version[1]} cannot read it")
    return Finding(NAME, "passed")


def _reads(text: str, version: tuple[int, int]) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text, feature_version=version)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
