"""A normal form of Python statements: what differs only in how branches are arranged is the same.

Every step keeps what is evaluated, how often and in which order. What has no such step stays as it
is, so that two texts with one normal form do the same, and others may or may not.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import cast


def normal_form(module: ast.Module) -> str:
    """Return what is the same for modules that differ in the arrangement of branches alone."""
    return ast.dump(_Normal().visit(ast.parse(ast.unparse(module))))


class _Normal(ast.NodeTransformer):
    """Normalizes from the inside outwards."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.body = _body(node.body, ast.Return) or [ast.Pass()]
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.body = _body(node.body, ast.Return) or [ast.Pass()]
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.body = _body(node.body, ast.Continue) or [ast.Pass()]
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        self.generic_visit(node)
        node.body = _body(node.body, ast.Continue) or [ast.Pass()]
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) and isinstance(node.operand, ast.Compare):
            return _negated(node.operand)
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and not isinstance(node, ast.Module | ast.ClassDef):
                setattr(node, name, _body(cast("list[ast.stmt]", block), None))
        return node


def _body(block: Sequence[ast.stmt], end: type[ast.stmt] | None) -> list[ast.stmt]:
    """Return a block in normal form.

    Args:
        block: its statements, whose parts are in normal form.
        end: what its end does anyway, so that it need not be said there.
    """
    made: list[ast.stmt] = []
    waiting = list(block)
    while waiting:
        statement = waiting.pop(0)
        if isinstance(statement, ast.Pass):
            continue
        if isinstance(statement, ast.Return):
            if isinstance(statement.value, ast.Constant) and statement.value.value is None:
                statement = ast.Return()
            statement = _as_branches(statement)
        elif isinstance(statement, ast.Assign):
            statement = _as_branches(statement)
        if isinstance(statement, ast.If):
            before, rest = _branches(statement)
            waiting = [*rest, *waiting]
            if end is not None and waiting and not before.orelse and _only_ends(before.body, end):
                before, waiting = ast.If(_negated(before.test), _body(waiting, end), []), []
                before = _branches(before)[0]
            made.append(before)
            continue
        made.append(statement)
        if _leaves([statement]):
            break
    return _without_end(made, end)


def _as_branches(statement: ast.Return | ast.Assign) -> ast.stmt:
    """Return a statement with a conditional value as a branch."""
    value = statement.value
    if isinstance(statement, ast.Assign) and not (
        len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)
    ):
        return statement
    if isinstance(value, ast.IfExp):
        return ast.If(value.test, [_like(statement, value.body)], [_like(statement, value.orelse)])
    if isinstance(statement, ast.Return) and _is_truth(value):
        assert value is not None
        yes, no = ast.Return(ast.Constant(True)), ast.Return(ast.Constant(False))
        return ast.If(value, [yes], [no])
    return statement


def _like(statement: ast.Return | ast.Assign, value: ast.expr) -> ast.stmt:
    if isinstance(statement, ast.Return):
        none = isinstance(value, ast.Constant) and value.value is None
        return ast.Return() if none else ast.Return(value)
    return ast.Assign(statement.targets, value)


def _is_truth(value: ast.expr | None) -> bool:
    """Whether a value is surely `True` or `False`."""
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.Not)
    return isinstance(value, ast.Compare) and all(
        isinstance(each, ast.Is | ast.IsNot | ast.In | ast.NotIn) for each in value.ops
    )


def _branches(node: ast.If) -> tuple[ast.If, list[ast.stmt]]:
    """Return a branch in normal form, and what of it comes behind because the other way left."""
    test, body, other = node.test, _body(node.body, None), _body(node.orelse, None)
    if not body and other:
        test, body, other = _negated(test), other, []
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and body and other:
        test, body, other = test.operand, other, body
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and other:
        positive = _OPPOSITES.get(type(test.ops[0]))
        if positive is not None and type(test.ops[0]) in _NEGATIVE:
            test = ast.Compare(test.left, [positive()], test.comparators)
            body, other = other, body
    if not _leaves(body) and other and _leaves(other):
        test, body, other = _negated(test), other, body
    if len(body) == 1 and not other and isinstance(inner := body[0], ast.If) and not inner.orelse:
        test, body = ast.BoolOp(ast.And(), [*_of_all(test), *_of_all(inner.test)]), inner.body
    if len(other) == 1 and isinstance(inner := other[0], ast.If) and _same(inner.body, body):
        test, other = ast.BoolOp(ast.Or(), [*_of_any(test), *_of_any(inner.test)]), inner.orelse
    if _leaves(body):
        return ast.If(test, body or [ast.Pass()], []), other
    return ast.If(test, body or [ast.Pass()], other), []


def _of_all(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]


def _of_any(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else [test]


def _negated(test: ast.expr) -> ast.expr:
    """Return the opposite of a test, without a `not` where one operator says it.

    Invariant: `<` and its like stay, for not all values are ordered.
    """
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        opposite = _OPPOSITES.get(type(test.ops[0]))
        if opposite is not None:
            return ast.Compare(test.left, [opposite()], test.comparators)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(ast.Not(), test)


_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_NEGATIVE = (ast.IsNot, ast.NotIn)


def _leaves(block: Sequence[ast.stmt]) -> bool:
    """Whether nothing that stands behind a block is reached through it."""
    if not block:
        return False
    last = block[-1]
    if isinstance(last, ast.If):
        return _leaves(last.body) and _leaves(last.orelse)
    return isinstance(last, ast.Return | ast.Raise | ast.Continue | ast.Break)


def _only_ends(block: Sequence[ast.stmt], end: type[ast.stmt]) -> bool:
    return len(block) == 1 and not _without_end(list(block), end)


def _without_end(made: list[ast.stmt], end: type[ast.stmt] | None) -> list[ast.stmt]:
    while end is not None and made and type(made[-1]) is end:
        if getattr(made[-1], "value", None) is not None:
            break
        made = made[:-1]
    return made


def _same(one: Sequence[ast.stmt], other: Sequence[ast.stmt]) -> bool:
    return [ast.dump(each) for each in one] == [ast.dump(each) for each in other]
