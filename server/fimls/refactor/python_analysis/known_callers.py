"""Who calls a function with what: the names by which callers pass a parameter, if all are known."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fimls.refactor.python_analysis.function_names import Scope, names_bound
from fimls.refactor.python_analysis.function_tree import Function

_BY_PLACE = {"filter": 0, "map": 0}
_BY_KEY = frozenset({"max", "min", "sorted"})
"""Builtins that call what they are given with a value and no name."""


def keywords_of(function: Function, place: int) -> tuple[str, list[int]] | None:
    """Return the function that a parameter belongs to, and the bytes where callers name it.

    None where a caller may be unknown: it is passed on, decorated, a method, or seen from outside.

    Args:
        function: the outermost function around it.
        place: byte of the document where the parameter stands.
    """
    for scope in function.scope.walk():
        node = scope.node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        given = node.args
        unnamed = [*given.posonlyargs, given.vararg, given.kwarg]
        named = [*given.args, *given.kwonlyargs]
        for each in (*unnamed, *named):
            if each is not None and function.range_of(each)[0] == place:
                known = each in unnamed or _is_called_by_place(function, node)
                return ("", []) if known else _keywords(function, scope, each.arg)
    return None


def _is_called_by_place(function: Function, node: ast.AST) -> bool:
    """Whether a function without a name is given to a builtin that names no parameter."""
    hidden = {name for scope in function.scope.walk() for name in scope.bound}
    for call in ast.walk(function.node):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        name = call.func.id
        if name in hidden:
            continue
        first = _BY_PLACE.get(name)
        if first is not None and call.args[first : first + 1] == [node]:
            return True
        if name in _BY_KEY and any(k.arg == "key" and k.value is node for k in call.keywords):
            return True
    return False


def _keywords(function: Function, scope: Scope, parameter: str) -> tuple[str, list[int]] | None:
    node, outer = scope.node, scope.parent
    if isinstance(node, ast.Lambda) or outer is None or isinstance(outer.node, ast.ClassDef):
        return None
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef), "it has parameters"
    if node.decorator_list or node.args.kwarg is not None or node.name in outer.declared:
        return None
    calls = [
        each
        for each in ast.walk(function.node)
        if isinstance(each, ast.Call)
        and isinstance(each.func, ast.Name)
        and each.func.id == node.name
    ]
    callees = [each.func for each in calls]
    if any(use not in callees for use in _uses(function.node, node.name) if use is not node):
        return None
    found: list[int] = []
    for call in calls:
        for keyword in call.keywords:
            if keyword.arg is None:
                return None
            if keyword.arg == parameter:
                found.append(function.range_of(keyword)[0])
    return node.name, found


def _uses(tree: ast.AST, name: str) -> Iterator[ast.AST]:
    """Yield every node that binds, declares or reads a name, whatever it means there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names = [node.id]
        elif isinstance(node, ast.arg):
            names = [node.arg]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Global | ast.Nonlocal):
            names = node.names
        else:
            names = names_bound(node)
        if name in names:
            yield node
