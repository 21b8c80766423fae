"""Modules that a change imports: they must be there, in the workspace or in Python itself."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

from fimls.refactor.verdict import Finding
from fimls.refactor.verification.answered import Answered
from fimls.syntax.python_ast import module_of

NAME = "imports known"


def known_imports(answered: Answered) -> Finding | None:
    """Say which module that a change imports is not there."""
    change = answered.change
    if change.language != "python":
        return None
    texts = [file.text for file in change.new_files] or [change.after]
    known = {name for name, _ in _imports(module_of(change.before))}
    wanted = [
        (name, level)
        for text in texts
        for name, level in _imports(module_of(text))
        if name not in known
    ]
    if not wanted:
        return Finding(NAME, "passed") if change.new_files else None
    for name, level in wanted:
        if level == 0 and name.partition(".")[0] in sys.stdlib_module_names:
            continue
        if not answered.siblings:
            return Finding(NAME, "not run", f"no folder to look for `{name}` in")
        if not _is_there(name, level, answered):
            return Finding(NAME, "doubtful", f"no module `{name}` was found")
    return Finding(NAME, "passed")


def _imports(module: ast.Module | None) -> Iterator[tuple[str, int]]:
    for node in ast.walk(module) if module else ():
        if isinstance(node, ast.Import):
            yield from ((each.name, 0) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level


def _is_there(name: str, level: int, answered: Answered) -> bool:
    path = name.replace(".", "/")
    endings = (f"/{path}.py", f"/{path}/__init__.py") if path else ("/__init__.py",)
    if any(f"/{PurePosixPath(each)}".endswith(endings) for each in answered.siblings):
        return True
    top = name.partition(".")[0]
    if level or answered.root is None:
        return False
    # What the project's own environment has, and what it says that it needs.
    for folder in (".venv", "venv"):
        for packages in answered.root.glob(f"{folder}/lib/python*/site-packages"):
            if (packages / top).is_dir() or (packages / f"{top}.py").is_file():
                return True
    return False
