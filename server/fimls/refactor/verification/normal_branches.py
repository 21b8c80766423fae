"""Statements of Python in normal form: the ways through branches, however they are arranged.

What stands behind a branch that some ways leave belongs to those that do not: so `elif`, `else` and
a `return` before the rest of a function are the same, and so are `continue` and a branch around the
rest of a loop.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TypeAlias, cast

from fimls.refactor.verification.known_values import plain_locals
from fimls.refactor.verification.normal_tests import as_test, is_truth, joined, negated

_Block: TypeAlias = Sequence[ast.stmt]


def arranged_module(module: ast.Module) -> ast.Module:
    """Return a module whose values are in normal form with its branches in it, too."""
    return ast.Module(_arranged(module.body, frozenset()), [])


def _arranged(block: _Block, plain: frozenset[str]) -> list[ast.stmt]:
    """Return a block in normal form.

    Args:
        block: its statements.
        plain: variables that nothing but the function's own statements can see.
    """
    made: list[ast.stmt] = []
    for statement in reversed([part for each in block for part in _parts(each)]):
        made = _followed([_one(statement, plain)], made, plain)
    return made


def _one(statement: ast.stmt, plain: frozenset[str]) -> ast.stmt:
    statement = _as_branch(statement)
    if isinstance(statement, ast.If):
        ways = _arranged(statement.body, plain), _arranged(statement.orelse, plain)
        return _branch(as_test(statement.test), *ways)
    return _inside(statement, plain)


def _followed(block: list[ast.stmt], rest: list[ast.stmt], plain: frozenset[str]) -> list[ast.stmt]:
    """Return a block and what stands behind it as one; both are in normal form."""
    if not block or not rest:
        return block or rest
    *before, last = block
    if _leaves(last):
        return block if all(map(_is_droppable, rest)) else [*block, *rest]
    if isinstance(last, ast.If):
        body, other, short = last.body, last.orelse, _is_short(rest)
        if _leaves(*body) or _leaves(*other) or short:
            if not _leaves(*body):
                body = _followed(body, rest, plain)
            if not _leaves(*other):
                other = _followed(other, rest, plain)
            return [*before, _branch(last.test, body, other)]
    match last, rest:
        case ast.Assign([ast.Name(name)], value), [ast.Return(ast.Name(returned)), *_]:
            if name == returned and name in plain:
                return _followed([*before, _one(ast.Return(value), plain)], rest[1:], plain)
        case _:
            pass
    return [*block, *rest]


def _without_end(block: list[ast.stmt], end: type[ast.stmt]) -> list[ast.stmt]:
    """Return a block without what happens at its end anyway."""
    while block and type(block[-1]) is end and getattr(block[-1], "value", None) is None:
        block = block[:-1]
    if block and isinstance(last := block[-1], ast.If):
        ways = _without_end(last.body, end), _without_end(last.orelse, end)
        return [*block[:-1], _branch(last.test, *ways)]
    return block


def _parts(statement: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the statements that one is short for."""
    match statement:
        case ast.Pass():
            return
        case ast.Global(names) | ast.Nonlocal(names):
            yield from (type(statement)([name]) for name in names)
        case ast.Delete(targets):
            yield from (ast.Delete([target]) for target in targets)
        case ast.With([item, *items], body) | ast.AsyncWith([item, *items], body):
            inner: list[ast.stmt] = [type(statement)(items, body)] if items else body
            yield type(statement)([item], inner)
        case ast.For(orelse=[_, *_]) if not _breaks(statement.body):
            yield ast.For(statement.target, statement.iter, statement.body, [])
            yield from (part for each in statement.orelse for part in _parts(each))
        case _:
            yield statement


def _inside(statement: ast.stmt, plain: frozenset[str]) -> ast.stmt:
    """Return a statement with the blocks in it in normal form."""
    end: type[ast.stmt] | None = None
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            end, plain = ast.Return, plain_locals(statement)
        case ast.For() | ast.AsyncFor():
            end = ast.Continue
        case ast.While():
            end, statement.test = ast.Continue, as_test(statement.test)
        case ast.Try() | ast.TryStar():
            for handler in statement.handlers:
                handler.body = _arranged(handler.body, plain)
        case ast.Match():
            for case in statement.cases:
                case.body = _arranged(case.body, plain)
        case ast.Return(ast.Constant(None)):
            return ast.Return()
        case ast.ClassDef():
            plain = frozenset()
        case _:
            pass
    for name in ("body", "orelse", "finalbody"):
        inner = cast("list[ast.stmt] | None", getattr(statement, name, None))
        if inner is not None:
            setattr(statement, name, _arranged(inner, plain))
    if end is not None and isinstance(statement, _WITH_ENDS):
        statement.body = _without_end(statement.body, end)
    return statement


_WITH_ENDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.For, ast.AsyncFor, ast.While)


def _as_branch(statement: ast.stmt) -> ast.stmt:
    """Return a statement with a conditional value as a branch."""
    match statement:
        case ast.Return(value) if value is not None:
            pass
        case ast.Assign([ast.Name()], value):
            pass
        case _:
            return statement

    def of(part: ast.expr) -> list[ast.stmt]:
        if isinstance(statement, ast.Assign):
            return [ast.Assign(statement.targets, part)]
        return [ast.Return(part)]

    match value:
        case ast.IfExp(test, yes, no):
            return ast.If(test, of(yes), of(no))
        case ast.Constant():
            return statement
        case _ if is_truth(value):
            return ast.If(value, of(ast.Constant(True)), of(ast.Constant(False)))
        case ast.BoolOp(operator, [ast.Name() as first, *rest]):
            ways = of(first), of(joined(operator, *rest))
            return ast.If(first, *(ways if isinstance(operator, ast.Or) else reversed(ways)))
        case _:
            return statement


def _branch(test: ast.expr, body: list[ast.stmt], other: list[ast.stmt]) -> ast.If:
    """Return one branch for those inside one another that have the same ways."""
    while True:
        match body, other:
            case [ast.If() as inner], _ if _same(inner.orelse, other):
                test, body = joined(ast.And(), test, inner.test), inner.body
            case [ast.If() as inner], _ if _same(inner.body, other):
                test, body = joined(ast.And(), test, negated(inner.test)), inner.orelse
            case _, [ast.If() as inner] if _same(inner.body, body):
                test, other = joined(ast.Or(), test, inner.test), inner.orelse
            case _, [ast.If() as inner] if _same(inner.orelse, body):
                test, other = joined(ast.Or(), test, negated(inner.test)), inner.body
            case _:
                break
    opposite = negated(test)
    if _order(opposite) < _order(test):
        return ast.If(opposite, other, body)
    return ast.If(test, body, other)


def _order(test: ast.expr) -> tuple[int, str]:
    said = ast.dump(test)
    return len(said), said


def _leaves(*block: ast.stmt) -> bool:
    """Whether nothing that stands behind a block is reached through it."""
    return any(
        isinstance(each, ast.Return | ast.Raise | ast.Continue | ast.Break)
        or (isinstance(each, ast.If) and _leaves(*each.body) and _leaves(*each.orelse))
        for each in block
    )


def _is_droppable(statement: ast.stmt) -> bool:
    """Whether a statement that is never reached says nothing about its function, either."""
    if not isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break):
        return False
    said = (ast.Name, ast.Attribute, ast.Constant, ast.Load, type(statement))
    return all(isinstance(part, said) for part in ast.walk(statement))


def _is_short(block: _Block) -> bool:
    """Whether a block only ends the function, with a value that may be read on any way."""
    match block:
        case [ast.Return(None | ast.Name() | ast.Constant()) | ast.Continue() | ast.Break()]:
            return True
        case _:
            return False


def _breaks(block: Sequence[ast.AST]) -> bool:
    """Whether a loop with this body may be left by `break`."""
    for each in block:
        if isinstance(each, ast.Break):
            return True
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        inner = ["orelse", "finalbody", "handlers", "cases"]
        if not isinstance(each, ast.For | ast.AsyncFor | ast.While):
            inner.append("body")  # of an inner loop a `break` leaves that one
        if any(_breaks(getattr(each, name, ())) for name in inner):
            return True
    return False


def _same(one: _Block, other: _Block) -> bool:
    if [type(each) for each in one] != [type(each) for each in other]:
        return False
    return [ast.dump(each) for each in one] == [ast.dump(each) for each in other]
