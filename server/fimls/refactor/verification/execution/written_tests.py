"""Tests that a model wrote: they must pass, and fail where what they test has a mistake."""

from __future__ import annotations

from pathlib import PurePosixPath

from fimls.errors import FimlsError
from fimls.jail import passes, tests_program
from fimls.refactor.verdict import Finding
from fimls.refactor.verification.answered import Answered
from fimls.refactor.verification.execution.changed_function import function_at
from fimls.refactor.verification.execution.mutants import mutants_of
from fimls.refactor.verification.execution.same_behaviour import unexecuted

NAME = "tests run"

_FOUND = 0.5
"""This share of the mistakes must be found: some of them change nothing that could be seen."""


def written_tests(answered: Answered) -> Finding | None:
    """Say whether new tests of Python pass, and whether they find mistakes."""
    change = answered.change
    if answered.action != "write-tests" or not change.new_files:
        return None
    if change.language != "python":
        return Finding(NAME, "not run", "only Python is executed")
    if why_not := unexecuted(answered):
        return Finding(NAME, "not run", why_not)
    if answered.path is None:
        return Finding(NAME, "not run", "the document is not on this machine")
    module, tests = PurePosixPath(answered.path).stem, change.new_files[0].text
    try:
        if not passes("", tests_program(module, change.before, "def test():\n    pass\n")):
            return Finding(NAME, "not run", "the module cannot be loaded by itself")
        if not passes("", tests_program(module, change.before, tests)):
            return Finding(NAME, "refuted", "they fail")
        function = function_at(change.before, change.start, change.end)
        mutants = mutants_of(change.before, function) if function else []
        if not mutants:
            return Finding(NAME, "not run", "they pass, and no mistake was found to try them with")
        found = sum(not passes("", tests_program(module, each, tests)) for each in mutants)
    except FimlsError as error:
        return Finding(NAME, "not run", str(error))
    said = f"they find {found} of {len(mutants)} mistakes"
    if found < _FOUND * len(mutants):
        return Finding(NAME, "doubtful", said)
    return Finding(NAME, "passed", said, evidence=True)
