"""What a part of a module, outside of functions, gives back if it becomes a function."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Collection, Iterator, Sequence

from fimls.refactor.python_analysis.definite_assignment import has_value, read_later
from fimls.refactor.python_analysis.extracted_part import Part, Unproved
from fimls.refactor.python_analysis.function_names import COMPREHENSIONS, scope_of
from fimls.refactor.python_analysis.value_flow import flow_of

_NEVER_LOOK = frozenset(
    {"bool", "dict", "enumerate", "float", "int", "isinstance", "len", "list", "print", "range"}
    | {"repr", "set", "sorted", "str", "sum", "tuple", "zip"}
)
"""Builtins that read no variable of the module by themselves."""


def module_part(text: str, before: Collection[str]) -> Part:
    """Return what statements of a module take and give back as a function.

    Names that they only read stay the module's. What they bind, any function and any other file may
    read: all of it is given back, and nothing may look at it before it is.

    Args:
        text: the statements.
        before: variables of the module that surely have values where it begins.

    Raises:
        Unproved: it would not do the same elsewhere, or nobody can tell.
    """
    try:
        body = ast.parse(textwrap.dedent(text)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unproved("Python cannot read it by itself.") from error
    nodes = [node for statement in body for node in ast.walk(statement)]
    _refuse_what_is_the_modules(body, nodes)
    end = ast.Pass()
    empty = ast.arguments([], [], None, [], [], None, [])
    function = ast.FunctionDef("", empty, [*body, end], [])
    scope = scope_of(function)
    bound = scope.own
    if not bound:
        return Part((), ())
    flow = flow_of(function, scope)
    early = read_later(flow).at(0) & bound
    if missing := early - set(before):
        raise Unproved(f"`{min(missing)}` may have no value there.")
    if any(inner.free & bound for inner in scope.inner):
        raise Unproved("A function inside reads its variables later.")
    if missing := bound - has_value(flow).at(flow.ranges[end][0]) - early:
        raise Unproved(f"`{min(missing)}` may have no value after it.")
    if any(event.kind == "unbind" for event in flow.events):
        raise Unproved("It takes the value of a variable away.")
    for statement in body if early else body[_first_that_binds(body) :]:
        if any(_may_look(node, at_once=statement) for node in ast.walk(statement)):
            raise Unproved("What it calls may read a variable that it sets.")
    inputs, outputs = (
        sorted(each, key=lambda name: _place(nodes, name)) for each in (early, bound)
    )
    return Part(tuple(inputs), tuple(outputs))


def _refuse_what_is_the_modules(body: Sequence[ast.stmt], nodes: Sequence[ast.AST]) -> None:
    for node in nodes:
        if isinstance(node, ast.AnnAssign):
            raise Unproved("The module keeps the types of its variables.")
        if isinstance(node, ast.ImportFrom) and (
            node.module == "__future__" or node.names[0].name == "*"
        ):
            raise Unproved("Such an import stands in a module alone.")
    if any(
        isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for each in body
    ):
        raise Unproved("It defines what belongs to the module.")
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        raise Unproved("It may be the module's documentation.")


def _first_that_binds(body: Sequence[ast.stmt]) -> int:
    """Return the first statement behind which something is bound, or that binds on its way."""
    for number, statement in enumerate(body):
        if any(_binds(node) for node in _of_the_module(statement)):
            plain = isinstance(statement, ast.Assign | ast.Import | ast.ImportFrom)
            return number + 1 if plain else number
    return len(body)


def _of_the_module(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and what is in it, but for what has variables of its own."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (*COMPREHENSIONS, ast.Lambda)):
            yield from _of_the_module(child)


def _binds(node: ast.AST) -> bool:
    return (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)) or isinstance(
        node, ast.Import | ast.ImportFrom | ast.ExceptHandler
    )


def _may_look(node: ast.AST, *, at_once: ast.stmt) -> bool:
    """Whether something may run code that reads the module's variables."""
    if isinstance(node, ast.Call):
        return not (isinstance(node.func, ast.Name) and node.func.id in _NEVER_LOOK)
    simple = isinstance(at_once, ast.Assign)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.With | ast.Try) and not simple


def _place(nodes: Sequence[ast.AST], name: str) -> tuple[int, int]:
    places = [
        (node.lineno, node.col_offset)
        for node in nodes
        if isinstance(node, ast.Name) and node.id == name
    ]
    return min(places, default=(0, 0))
