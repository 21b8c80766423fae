"""Both versions go the same ways: they differ in nothing but how branches are arranged."""

from __future__ import annotations

from fimls.refactor.verdict import Finding
from fimls.refactor.verification.answered import Answered
from fimls.refactor.verification.kept_effects import SAME
from fimls.refactor.verification.normal_form import normal_form
from fimls.syntax.python_ast import module_of

NAME = "same ways through the code"


def same_ways(answered: Answered) -> Finding | None:
    """Say whether a rewriting of Python is proved to do the same, without executing anything."""
    change = answered.change
    if change.language != "python" or answered.action not in SAME:
        return None
    before, after = module_of(change.before), module_of(change.after)
    if before is None or after is None:
        return None
    if normal_form(before) == normal_form(after):
        return Finding(NAME, "passed", evidence=True)
    return Finding(NAME, "not run", "it differs by more than the arrangement of branches")
