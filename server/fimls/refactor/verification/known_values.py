"""What is known of the names of a Python module without running it: types, builtins, uses."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Container
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Scope: TypeAlias = ast.Module | Function

_TYPES: dict[type[ast.expr], str] = {
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
}


def mentions(node: ast.AST) -> Counter[str]:
    """Return how often each name is bound, read or declared anywhere in a part of a module."""
    found = Counter[str]()
    for each in ast.walk(node):
        match each:
            case ast.Name():
                found[each.id] += 1
            case ast.arg():
                found[each.arg] += 1
            case ast.alias():
                found[each.asname or each.name.partition(".")[0]] += 1
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() if each is not node:
                found[each.name] += 1
            case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar() if each.name:
                found[each.name] += 1
            case ast.MatchMapping() if each.rest:
                found[each.rest] += 1
            case ast.Global() | ast.Nonlocal():
                found.update(each.names)
            case _:
                pass
    return found


def bindings(node: ast.AST) -> Counter[str]:
    """Return how often each name gets a value anywhere in a part of a module."""
    reads = Counter[str]()
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
            reads[each.id] += 1
    return mentions(node) - reads


def known_types(scope: Scope, builtins: Container[str]) -> dict[str, str]:
    """Return the names of a scope that hold a plain dict or set wherever they get a value.

    A module's are its private ones alone: other modules may set the others.

    Args:
        scope: a module or function.
        builtins: names that are Python's own there.
    """
    said = dict[str, Counter[str]]()
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            targets = [each for each in node.targets if isinstance(each, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            targets = [node.target]
        else:
            continue
        kind = _TYPES.get(type(node.value)) if node.value is not None else None
        if isinstance(value := node.value, ast.Call) and isinstance(value.func, ast.Name):
            called = value.func.id
            kind = called if called in {"dict", "set"} and called in builtins else None
        for target in targets:
            said.setdefault(target.id, Counter())[kind or ""] += 1
    total = bindings(scope)
    if module := isinstance(scope, ast.Module):
        for each in ast.walk(scope):
            if isinstance(each, ast.Global):  # that alone sets nothing
                total.subtract(each.names)
    return {
        name: next(iter(kinds))
        for name, kinds in said.items()
        if len(kinds) == 1 and "" not in kinds and total[name] == kinds.total()
        if name.startswith("_") or not module
    }


def plain_locals(function: Function) -> frozenset[str]:
    """Return the variables of a function that nothing but its own statements can see."""
    stored, elsewhere = set[str](), set[str]()

    def look(node: ast.AST, own: bool) -> None:
        for each in ast.iter_child_nodes(node):
            if isinstance(each, ast.Name):
                (stored if own else elsewhere).add(each.id)
            elif isinstance(each, ast.Global | ast.Nonlocal):
                elsewhere.update(each.names)
            elif isinstance(each, ast.Try | ast.TryStar):
                for last in each.finalbody:
                    elsewhere.update(mentions(last))
            look(each, own and not isinstance(each, _SCOPES))

    look(function, own=True)
    if stored & _READERS_OF_ALL:
        return frozenset()
    return frozenset(stored & set(bindings(function))) - elsewhere


_SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
_READERS_OF_ALL = {"locals", "vars", "dir", "eval", "exec"}
