"""Whether an edit is right: it is executed where it is Python, and held against its case's rules.

Rules look at what an edit gives: the whole text afterwards, a new file, or an explanation.
``has`` and ``lacks`` look for a text, ``matches`` for a regular expression (over lines), ``more``
and ``fewer`` count the nodes of some kinds in the syntax tree, before and after.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from fimls.evaluation.edit_cases import EditCase
from fimls.refactor import Change, Explanation
from fimls.syntax import Parsed, parse


def is_right(
    case: EditCase, outcome: Change | Explanation, passes: Callable[[str], bool] | None
) -> bool:
    """Whether an outcome is what its case asks for.

    Args:
        case: what was asked.
        outcome: what was offered.
        passes: tells whether a program works; None executes nothing.
    """
    if isinstance(outcome, Explanation):
        text = outcome.text
    else:
        text = outcome.new_files[0].text if outcome.new_files else outcome.after
    if not all(_holds(case, text, kind, argument) for kind, argument in case.rules):
        return False
    if passes is None or isinstance(outcome, Explanation) or case.language != "python":
        return True
    if outcome.new_files:
        return _tests_work(case, text, passes)
    return not case.check or passes(f"{text}\n{case.check}")


def _holds(case: EditCase, text: str, kind: str, argument: str) -> bool:
    if kind == "has":
        return argument in text
    if kind == "lacks":
        return argument not in text
    if kind == "matches":
        return re.search(argument, text, re.MULTILINE) is not None
    kinds = frozenset(argument.split())
    before, after = case.selection.parsed, parse(text, case.language)
    if before is None or after is None:
        return False
    difference = _count(after, kinds) - _count(before, kinds)
    return difference > 0 if kind == "more" else difference < 0


def _count(parsed: Parsed, kinds: frozenset[str]) -> int:
    count, stack = 0, [parsed.root]
    while stack:
        node = stack.pop()
        count += node.type in kinds
        stack.extend(node.named_children)
    return count


def _tests_work(case: EditCase, tests: str, passes: Callable[[str], bool]) -> bool:
    """Whether tests pass for the document as it is, and fail for each of its mutants."""
    text = case.selection.text
    module = PurePosixPath(case.selection.document.uri).stem
    return passes(_program(module, text, tests)) and not any(
        passes(_program(module, mutant, tests)) for mutant in case.mutants
    )


def _program(module: str, text: str, tests: str) -> str:
    return f"MODULE, TEXT, TESTS = {module!r}, {text!r}, {tests!r}\n{_RUN_TESTS}"


_RUN_TESTS = """
import contextlib, inspect, sys, types

def module(name, text):
    made = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), made.__dict__)
    return made

class Near:
    def __init__(self, value, rel=1e-6, abs=1e-12):
        self.value, self.room = value, max(abs, rel * __builtins__.abs(value))
    def __eq__(self, other):
        return __builtins__.abs(self.value - other) <= self.room

@contextlib.contextmanager
def raises(kind, match=None):
    try:
        yield types.SimpleNamespace(value=None)
    except kind:
        return
    raise AssertionError("nothing was raised")

class Marks:
    def parametrize(self, names, rows):
        names = names.replace(" ", "").split(",") if isinstance(names, str) else list(names)
        def decorate(function):
            for row in rows:
                row = row if len(names) > 1 else (row,)
                cases.append((function, dict(zip(names, row))))
            decorated.add(function.__name__)
            return function
        return decorate

cases, decorated = [], set()
import builtins as __builtins__
pytest = types.ModuleType("pytest")
pytest.raises, pytest.approx, pytest.mark = raises, Near, Marks()
sys.modules["pytest"] = pytest
tested = module(MODULE, TEXT)
for prefix in ("src", "project", "app"):
    sys.modules.setdefault(f"{prefix}.{MODULE}", tested)
made = module("tests_of_it", TESTS)
for name, value in list(made.__dict__.items()):
    if name.startswith("test") and name not in decorated and inspect.isfunction(value):
        cases.append((value, {}))
    elif name.startswith("Test") and isinstance(value, type):
        for part in dir(value):
            if part.startswith("test"):
                cases.append((getattr(value(), part), {}))
assert cases, "no tests"
for function, arguments in cases:
    function(**arguments)
"""
"""Runs tests as pytest would, which the jail does not have: functions, classes, parameters."""
