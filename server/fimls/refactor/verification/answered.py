"""A change that a model wrote, with what there is to hold it against."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from fimls.refactor.change import Change
from fimls.refactor.selection import Problem
from fimls.refactor.verdict import Finding
from fimls.syntax.python_ast import module_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A change that a model wrote, and what rungs need to look at it.

    Attributes:
        action: name of the action.
        change: the change; it has passed the action's checks.
        path: the document on this machine, or None where it is none of this machine.
        root: the folder of the workspace that the document is in, or None.
        siblings: paths of the workspace's files, with slashes.
        problems: the diagnostics that it is about.
        checkers: commands of the user that report what is wrong with a file.
        untrusted: why no program may be run for this folder, checkers included: what they read of
            it can be plug-ins. Empty where they may.
        executes: whether code of the folder may be executed in a jail, too.
    """

    action: str
    change: Change
    path: Path | None = None
    root: Path | None = None
    siblings: Sequence[str] = ()
    problems: Sequence[Problem] = ()
    checkers: Sequence[str] = ()
    untrusted: str = "no folder is trusted (refactor.trusted_folders)"
    executes: bool = False

    def modules(self) -> tuple[ast.Module, ast.Module] | None:
        """Return a Python file before and after, or None where this Python cannot read one."""
        if self.change.language != "python":
            return None
        before, after = module_of(self.change.before), module_of(self.change.after)
        return None if before is None or after is None else (before, after)


Rung: TypeAlias = Callable[[Answered], Finding | None]
"""Looks at a change; None where it has nothing to do with such a change. It never raises."""
