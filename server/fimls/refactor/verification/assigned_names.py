"""Names that are read where they may have no value yet, though that could not happen before."""

from __future__ import annotations

import ast
from collections import Counter

from fimls.refactor.python_analysis.definite_assignment import has_value
from fimls.refactor.python_analysis.function_names import scope_of
from fimls.refactor.python_analysis.value_flow import flow_of
from fimls.refactor.verdict import Finding
from fimls.refactor.verification.answered import Answered

NAME = "names assigned"


def assigned_names(answered: Answered) -> Finding | None:
    """Say which variable of a Python function may be read before it is set."""
    modules = answered.modules()
    if modules is None or answered.action == "write-tests":
        return None
    before, after = modules
    for function, name in sorted((_unset(after) - _unset(before)).elements()):
        return Finding(NAME, "doubtful", f"`{name}` may have no value in `{function}`")
    return Finding(NAME, "passed")


def _unset(module: ast.Module) -> Counter[tuple[str, str]]:
    """Return the variables of functions that may have no value where they are read."""
    found = Counter[tuple[str, str]]()
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            scope = scope_of(node)
            flow = flow_of(node, scope)
            values = has_value(flow)
            local = {event.name for event in flow.events if event.kind == "bind"}
            for number, event in enumerate(flow.events):
                if event.kind == "read" and event.name in local:
                    bit = values.bits[event.name]
                    if values.masks[number] != -1 and not values.masks[number] & bit:
                        found[node.name, event.name] = 1
    return found
