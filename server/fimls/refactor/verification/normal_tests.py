"""What is asked of a value, in normal form: negations, and tests that are joined."""

from __future__ import annotations

import ast

_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def as_test(node: ast.expr) -> ast.expr:
    """Return an expression of which only the truth counts, with `not` as far inside as it goes."""
    match node:
        case ast.UnaryOp(ast.Not(), operand):
            return negated(as_test(operand))
        case ast.BoolOp(op, values):
            return joined(op, *map(as_test, values))
        case ast.IfExp(test, ast.Constant(True), ast.Constant(False)):
            return as_test(test)
        case _:
            return node


def negated(test: ast.expr) -> ast.expr:
    """Return the opposite of a test in normal form; the opposite of that is the test again.

    Invariant: `<` and its like stay, for not all values are ordered, and so does `==`.
    """
    match test:
        case ast.Compare(left, [operator], comparators) if type(operator) in _OPPOSITES:
            return ast.Compare(left, [_OPPOSITES[type(operator)]()], comparators)
        case ast.UnaryOp(ast.Not(), operand):
            return operand
        case ast.BoolOp(ast.And(), values):
            return joined(ast.Or(), *map(negated, values))
        case ast.BoolOp(ast.Or(), values):
            return joined(ast.And(), *map(negated, values))
        case _:
            return ast.UnaryOp(ast.Not(), test)


def joined(operator: ast.boolop, *values: ast.expr) -> ast.expr:
    """Return values joined by `and` or `or`, without brackets that change nothing."""
    flat = list[ast.expr]()
    for value in values:
        if isinstance(value, ast.BoolOp) and type(value.op) is type(operator):
            flat += value.values
        else:
            flat.append(value)
    return ast.BoolOp(operator, flat) if len(flat) > 1 else flat[0]


def is_truth(value: ast.expr | None) -> bool:
    """Whether a value is surely `True` or `False`."""
    match value:
        case ast.UnaryOp(ast.Not()):
            return True
        case ast.BoolOp(_, values):
            return all(map(is_truth, values))
        case ast.Compare(_, operators):
            return all(
                isinstance(each, ast.Is | ast.IsNot | ast.In | ast.NotIn) for each in operators
            )
        case ast.IfExp(_, yes, no):
            return is_truth(yes) and is_truth(no)
        case ast.Constant(bool()):
            return True
        case _:
            return False
