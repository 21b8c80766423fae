"""Which function of a module a change is in, by the names that lead to it."""

from __future__ import annotations

import ast

from fimls.refactor.change import Change
from fimls.syntax.python_ast import module_of


def changed_function(change: Change) -> tuple[str, ...] | None:
    """Return the outermost function that a change of Python is in: ``("Class", "method")``.

    None where the change is outside of functions, or where the module cannot be read.
    """
    return function_at(change.before, *_differing(change.before, change.after))


def lines_before(change: Change) -> tuple[int, int]:
    """Return the first and last line of what differs, in the text before."""
    start, end = _differing(change.before, change.after)
    return _lines(change.before, start, end)


def lines_after(change: Change) -> tuple[int, int]:
    """Return the first and last line of what differs, in the text after."""
    start, end = _differing(change.before, change.after)
    return _lines(change.after, start, end + len(change.after) - len(change.before))


def function_at(text: str, start: int, end: int) -> tuple[str, ...] | None:
    """Return the outermost function around two offsets of a module."""
    module = module_of(text)
    if module is None:
        return None
    first, last = _lines(text, start, end)
    path: list[str] = []
    body: list[ast.stmt] = module.body
    while True:
        inside = next((node for node in body if _holds(node, first, last)), None)
        if isinstance(inside, ast.ClassDef):
            path.append(inside.name)
            body = inside.body
        elif isinstance(inside, ast.FunctionDef | ast.AsyncFunctionDef):
            return (*path, inside.name)
        elif isinstance(inside, ast.If | ast.Try):
            body = [*inside.body, *inside.orelse, *getattr(inside, "finalbody", ())]
        else:
            return None


def constants_of(before: str, after: str, name: str) -> dict[str, list[int | str]]:
    """Return the numbers and texts in both versions of a function: values at which it decides."""
    found: dict[str, list[int | str]] = {"int": [], "str": []}
    for text in (before, after):
        for node in ast.walk(module_of(text) or ast.Module([], [])):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                for each in ast.walk(node):
                    value = each.value if isinstance(each, ast.Constant) else None
                    if type(value) is int and abs(value) < _LARGE:
                        found["int"].append(value)
                    elif type(value) is str and len(value) < _LONG:
                        found["str"].append(value)
    return found


_LARGE, _LONG = 10_000, 60


def _differing(before: str, after: str) -> tuple[int, int]:
    """Return the part of the text before that is another one afterwards."""
    most = min(len(before), len(after))
    start = next((n for n in range(most) if before[n] != after[n]), most)
    most -= start
    same = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
    return start, len(before) - same


def _lines(text: str, start: int, end: int) -> tuple[int, int]:
    return text.count("\n", 0, start) + 1, text.count("\n", 0, max(start, end - 1)) + 1


def _holds(node: ast.stmt, first: int, last: int) -> bool:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    begin = min((node.lineno, *(each.lineno for each in decorators)))
    return begin <= first and last <= (node.end_lineno or node.lineno)
