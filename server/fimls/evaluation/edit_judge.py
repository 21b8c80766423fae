"""Whether an edit is right: it is executed where it is Python, and held against its case's rules.

Rules look at what an edit gives: the whole text afterwards, a new file, or an explanation.
``has`` and ``lacks`` look for a text, ``matches`` for a regular expression (over lines), ``more``
and ``fewer`` count the nodes of some kinds in the syntax tree, before and after.
"""

from __future__ import annotations

import builtins
import re
import symtable
from collections.abc import Iterator
from pathlib import PurePosixPath

from fimls.evaluation.edit_cases import EditCase
from fimls.jail import MODULE, Passes, tests_program
from fimls.refactor import Change, Explanation
from fimls.syntax import Parsed, parse


def is_right(case: EditCase, outcome: Change | Explanation, passes: Passes | None) -> bool:
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
    if not case.check:
        return True
    return passes(text, f"{_imports(case.check)}\n{case.check}", before=case.before)


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


def _tests_work(case: EditCase, tests: str, passes: Passes) -> bool:
    """Whether tests pass for the document as it is, and fail for each of its mutants."""
    text = case.selection.text
    module = PurePosixPath(case.selection.document.uri).stem
    return passes("", tests_program(module, text, tests)) and not any(
        passes("", tests_program(module, mutant, tests)) for mutant in case.mutants
    )


def _imports(check: str) -> str:
    """Return what gives a check the names that it takes from the text."""
    table = symtable.symtable(check, "<check>", "exec")
    own = {
        each.get_name() for each in table.get_symbols() if each.is_assigned() or each.is_imported()
    }
    used = {name for each in _tables(table) for name in _globals(each)}
    names = sorted(used - own - set(dir(builtins)))
    return f"from {MODULE} import {', '.join(names)}" if names else ""


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for each in table.get_children():
        yield from _tables(each)


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    top = table.get_type() == "module"
    return (each.get_name() for each in table.get_symbols() if top or each.is_global())
