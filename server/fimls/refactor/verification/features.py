"""What a Python module does that must not come or go unnoticed, counted."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field

from fimls.syntax.word_sets import words


@dataclass(frozen=True, slots=True)
class Features:
    """How often a module does what, by the sentence's words for it."""

    raises: Counter[str] = field(default_factory=Counter[str])
    pauses: Counter[str] = field(default_factory=Counter[str])
    handlers: Counter[str] = field(default_factory=Counter[str])
    silent: Counter[str] = field(default_factory=Counter[str])
    declared: Counter[str] = field(default_factory=Counter[str])
    effects: Counter[str] = field(default_factory=Counter[str])
    calls: Counter[str] = field(default_factory=Counter[str])
    comparisons: Counter[str] = field(default_factory=Counter[str])
    constants: Counter[str] = field(default_factory=Counter[str])


def features_of(module: ast.Module) -> Features:
    """Return what a module does."""
    found = Features()
    documentation = _documentation(module)
    for node in ast.walk(module):
        _count(found, node, documentation)
    return found


def _count(found: Features, node: ast.AST, documentation: set[int]) -> None:
    match node:
        case ast.Raise():
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            found.raises[ast.unparse(raised) if raised else "the error at hand"] += 1
        case ast.Assert():
            found.raises["an error where an assert fails"] += 1
        case ast.Await() | ast.Yield() | ast.YieldFrom() | ast.AsyncFor() | ast.AsyncWith():
            found.pauses[_PAUSES[type(node)]] += 1
        case ast.ExceptHandler():
            caught = ast.unparse(node.type) if node.type else "everything"
            found.handlers[caught] += 1
            if not any(isinstance(each, _LOUD) for part in node.body for each in ast.walk(part)):
                found.silent[caught] += 1
        case ast.Try():
            found.handlers["`finally`"] += bool(node.finalbody)
        case ast.Global() | ast.Nonlocal():
            for name in node.names:
                found.declared[f"{type(node).__name__.lower()} {name}"] += 1
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            for decorator in node.decorator_list:
                found.declared[f"@{ast.unparse(decorator)}"] += 1
            if not isinstance(node, ast.ClassDef):
                for value in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
                    found.declared[f"the default {ast.unparse(value)} of {node.name}"] += 1
        case ast.Attribute(ctx=ast.Store() | ast.Del()):
            found.effects[f"the change of .{node.attr}"] += 1
        case ast.Subscript(ctx=ast.Del()):
            found.effects["the removal of an item"] += 1
        case ast.withitem():
            found.effects[f"with {_name(node.context_expr)}"] += 1
        case ast.Call():
            name = _name(node.func)
            if name.rpartition(".")[2] not in QUIET:
                found.calls[name.rpartition(".")[2]] += 1
        case ast.Compare():
            for operator in node.ops:
                found.comparisons[_COMPARES[type(operator)]] += 1
        case ast.BoolOp():
            found.comparisons["and/or"] += len(node.values) - 1
        case ast.BinOp() | ast.AugAssign():
            found.comparisons[_operator(node.op)] += 1
        case ast.Constant() if id(node) not in documentation and not isinstance(
            node.value, bool | None
        ):
            found.constants[repr(node.value)] += 1
        case _:
            pass


def _documentation(module: ast.Module) -> set[int]:
    """Return the identities of strings that only stand there."""
    return {
        id(node.value)
        for node in ast.walk(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _name(node: ast.expr) -> str:
    """Return what is called, without what it is called with: `lock` of `lock(1)`."""
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Attribute | ast.Name):
        return ast.unparse(node) if _plain(node) else getattr(node, "attr", "")
    return type(node).__name__.lower()


def _plain(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _operator(operator: ast.operator) -> str:
    return _OPERATORS.get(type(operator), type(operator).__name__)


_PAUSES = {
    ast.Await: "await",
    ast.Yield: "yield",
    ast.YieldFrom: "yield from",
    ast.AsyncFor: "async for",
    ast.AsyncWith: "async with",
}
_LOUD = (ast.Raise, ast.Call)
"""What a handler does that does not only swallow."""
_COMPARES: dict[type[ast.cmpop], str] = {
    ast.Eq: "== or !=",
    ast.NotEq: "== or !=",
    ast.Is: "is",
    ast.IsNot: "is",
    ast.In: "in",
    ast.NotIn: "in",
    # What is negated and what is mirrored is the same: `a < b`, `not a >= b`, `b > a`.
    ast.Lt: "< or >=",
    ast.GtE: "< or >=",
    ast.Gt: "> or <=",
    ast.LtE: "> or <=",
}
_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
QUIET = words("""
    abs all any append bool bytes copy dict divmod endswith enumerate extend filter float format
    frozenset get hasattr hash index int isinstance issubclass items iter join keys len list lower
    lstrip map max min next ord pow range repr replace reversed round rstrip set setdefault sorted
    split splitlines startswith str strip sum title tuple type upper values zip
""")
"""Calls that a rewriting may add and leave out: they look at values, or fill what is built here."""
