"""Both versions go the same ways: they differ only in how branches and values are written."""

from __future__ import annotations

from fimls.refactor.verdict import Finding
from fimls.refactor.verification.answered import Answered
from fimls.refactor.verification.kept_effects import SAME
from fimls.refactor.verification.normal_form import normal_form

NAME = "same ways through the code"


def same_ways(answered: Answered) -> Finding | None:
    """Say whether a rewriting of Python is proved to do the same, without executing anything."""
    modules = answered.modules()
    if modules is None or answered.action not in SAME:
        return None
    before, after = modules
    try:
        same = normal_form(before) == normal_form(after)
    except RecursionError:
        return Finding(NAME, "not run", "its branches are too deep")
    if same:
        return Finding(NAME, "passed", evidence=True)
    return Finding(NAME, "not run", "it differs by more than the way it is written")
