"""Small mistakes put into a function, one a version: tests that are worth something find them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

MOST = 12


def mutants_of(text: str, path: tuple[str, ...]) -> list[str]:
    """Return a module's text with one mistake in a function, for each mistake that is looked for.

    Args:
        text: the module.
        path: the names that lead to the function.
    """
    module = ast.parse(text)
    places = [
        (number, which)
        for number, node in enumerate(_inside(module, path))
        for which, _ in enumerate(_mistakes(node))
    ]
    step = max(1, len(places) // MOST)
    return [_mutant(module, path, *place) for place in places[::step][:MOST]]


def _mutant(module: ast.Module, path: tuple[str, ...], number: int, which: int) -> str:
    changed = copy.deepcopy(module)
    node = list(_inside(changed, path))[number]
    fields = list(_mistakes(node))[which]
    for name, value in fields.items():
        setattr(node, name, value)
    return ast.unparse(ast.fix_missing_locations(changed))


def _inside(module: ast.Module, path: tuple[str, ...]) -> Iterator[ast.AST]:
    body: list[ast.stmt] = module.body
    found: ast.stmt | None = None
    for name in path:
        found = next((each for each in body if getattr(each, "name", "") == name), None)
        body = getattr(found, "body", [])
    for each in body if found else ():
        yield from ast.walk(each)


def _mistakes(node: ast.AST) -> Iterator[dict[str, object]]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _COMPARES:
            yield {"ops": [_COMPARES[type(operator)]()]}
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator) if type(operator) in _OPERATORS:
            yield {"op": _OPERATORS[type(operator)]()}
        case ast.BoolOp(op=operator):
            yield {"op": ast.Or() if isinstance(operator, ast.And) else ast.And()}
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield {"test": ast.UnaryOp(ast.Not(), test)}
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield {"value": ast.Constant(None)}
        case ast.Constant(value=bool() as value):
            yield {"value": not value}
        case ast.Constant(value=int() as value):
            yield {"value": value + 1}
        case _:
            pass


_COMPARES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
