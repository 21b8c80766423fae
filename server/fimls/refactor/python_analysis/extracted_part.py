"""What a part of a function takes and gives back, proved by the flow of the function's values."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from fimls.refactor.python_analysis.definite_assignment import Names, has_value, reached, read_later
from fimls.refactor.python_analysis.function_names import (
    COMPREHENSIONS,
    Scope,
    names_bound,
    scope_of,
)
from fimls.refactor.python_analysis.function_tree import Function, function_around
from fimls.refactor.python_analysis.value_flow import Flow, flow_of
from fimls.syntax.parsed_text import Parsed


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a function that could be a function of its own.

    Attributes:
        inputs: variables that it needs values of, in the order of the text.
        outputs: variables whose values are needed after it, in the order of the text.
        world: variables of the module that it sets, which its function declares global.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    world: tuple[str, ...] = ()


class Unproved(Exception):
    """The part cannot be shown to do the same as a function; the text says why."""


def part_of(parsed: Parsed, start: int, end: int) -> Part:
    """Return what a part of the text takes and gives: an expression, or statements of one block.

    Raises:
        Unproved: it would not do the same elsewhere, or nobody can tell.
    """
    function = function_around(parsed, start)
    if function is None:
        raise Unproved("The function around it cannot be analysed.")
    first, last = parsed.byte(start), parsed.byte(end)
    nodes = _nodes(function, first, last)
    if not nodes:
        raise Unproved("It is no complete part of the function.")
    return _Proof(function, nodes, first, last).part()


def _nodes(function: Function, first: int, last: int) -> Sequence[ast.stmt] | Sequence[ast.expr]:
    """Return the statements, or the expression, between two bytes."""
    best: ast.expr | None = None
    for node in ast.walk(function.node):
        for field in ("body", "orelse", "finalbody"):
            block: object = getattr(node, field, None)
            statements = cast("list[ast.stmt]", block) if isinstance(block, list) else []
            inside = [each for each in statements if _is_within(function, each, first, last)]
            if inside:
                return inside
        if isinstance(node, ast.expr) and best is None and _is_within(function, node, first, last):
            best = node
    return [best] if best is not None else []


def _is_within(function: Function, node: ast.expr | ast.stmt, first: int, last: int) -> bool:
    begin, end = function.range_of(node)
    return first <= begin and end <= last


class _Proof:
    def __init__(
        self,
        function: Function,
        nodes: Sequence[ast.stmt] | Sequence[ast.expr],
        first: int,
        last: int,
    ) -> None:
        self._whole = function.scope
        self._nodes = nodes
        self._inside = {each for node in nodes for each in ast.walk(node)}
        self._scopes = _around(function, first, last)
        home = next(s for s in reversed(self._scopes) if _is_function(s))
        self._home = home
        self._between = self._scopes[self._scopes.index(home) + 1 :]
        body = [ast.Expr(n) if isinstance(n, ast.expr) else n for n in nodes]
        empty = ast.arguments([], [], None, [], [], None, [])
        self._own = scope_of(ast.FunctionDef("", empty, body, [], None, None))
        self._order = _first_places(function)

    def part(self) -> Part:
        home = self._home
        assert isinstance(home.node, ast.FunctionDef | ast.AsyncFunctionDef), "it is a function's"
        self._refuse_what_is_bound()
        late = set(_late(self._own))
        inputs = set[str]()
        for name in self._own.free | self._own.bound:
            owner = self._owner(name)
            if owner is None:
                continue
            if owner is not home:
                if name in late and owner.node.__class__ in COMPREHENSIONS:
                    raise Unproved(f"A function inside reads `{name}` later.")
                if name in late and not self._is_bound_once(owner, name):
                    raise Unproved(f"A function inside reads `{name}` later.")
                inputs.add(name)
        flow = flow_of(home.node, home)
        places = [flow.ranges.get(node) for node in self._nodes]
        if any(place is None for place in places):  # in a lambda or a generator
            inputs |= self._own.free & home.own
            if late & home.own:
                raise Unproved("A function inside reads its variables later.")
            return Part(self._sorted(inputs), (), self._world())
        found = [place for place in places if place is not None]
        return self._with_flow(flow, (found[0][0], found[-1][1]), inputs, late)

    def _with_flow(
        self, flow: Flow, events: tuple[int, int], inputs: set[str], late: set[str]
    ) -> Part:
        first, last = events
        own = self._home.own
        inputs |= read_later(flow, events).at(first) & own
        values = has_value(flow)
        live = read_later(flow)
        ends = [
            (number, each)
            for number in range(first, last)
            for each in flow.events[number].after
            if not first <= each < last
        ]
        sets = {e.name for e in flow.events[first:last] if e.kind in ("bind", "unbind")}
        outputs = {name for _, each in ends for name in live.at(each)} & sets
        for event in flow.events[first:last]:
            for each in event.errors:
                if not first <= each < last and (lost := live.at(each) & sets):
                    raise Unproved(f"Where an error is caught, `{min(lost)}` may be read.")
        if gone := outputs & {e.name for e in flow.events[first:last] if e.kind == "unbind"}:
            raise Unproved(f"It takes the value of `{min(gone)}` away.")
        self._refuse_closures(flow, [each for _, each in ends], sets, late)
        surely = _always(has_value(flow, events), [number for number, _ in ends])
        inputs |= outputs - surely
        if missing := inputs & own - values.at(first):
            raise Unproved(f"`{min(missing)}` may have no value there.")
        return Part(self._sorted(inputs), self._sorted(outputs), self._world())

    def _refuse_what_is_bound(self) -> None:
        if any(isinstance(scope.node, ast.ClassDef) for scope in self._between):
            raise Unproved("It is part of a class.")
        declared = {name for name, world in self._home.declared.items() if not world}
        if declared := self._own.bound & declared:
            raise Unproved(f"`{min(declared)}` is another function's.")
        changed = {name for scope in self._whole.walk() for name in scope.declared}
        used = self._own.free | self._own.bound
        if shared := {n for n in changed & used if (o := self._owner(n)) and n in o.own}:
            raise Unproved(f"A function inside gives `{min(shared)}` another value.")
        for node in self._inside:
            if isinstance(node, ast.NamedExpr) and isinstance(self._nodes[0], ast.expr):
                raise Unproved("It gives a variable a value.")
            if isinstance(node, ast.AnnAssign) and node.value is None:
                raise Unproved("It only says the type of a variable.")

    def _world(self) -> tuple[str, ...]:
        return self._sorted(self._own.bound & self._home.declared.keys())

    def _refuse_closures(
        self, flow: Flow, ends: Sequence[int], sets: set[str], late: set[str]
    ) -> None:
        """Refuse where a function inside shares a variable that would become two."""
        outside = {
            name
            for scope in self._home.inner
            if scope.node not in self._inside
            for name in (_late(scope) if _is_at_once(scope) else scope.free)
        }
        if shared := sets & outside:
            raise Unproved(f"A function inside may use `{min(shared)}`.")
        later = [flow.events[each] for each in reached(flow, ends)]
        if shared := late & {each.name for each in later if each.kind in ("bind", "unbind")}:
            raise Unproved(f"A function inside reads `{min(shared)}` later.")

    def _owner(self, name: str) -> Scope | None:
        """Return the scope that a name belongs to, or None where it is the module's."""
        for scope in reversed(self._scopes):
            if name in scope.own and (scope in self._between or _is_function(scope)):
                return scope
            if scope.declared.get(name):
                return None
        return None

    def _is_bound_once(self, owner: Scope, name: str) -> bool:
        if name in owner.parameters:
            return not _binds(owner, name)
        return len(_binds(owner, name)) == 1

    def _sorted(self, names: set[str]) -> tuple[str, ...]:
        return tuple(sorted(names, key=lambda name: (self._order.get(name, 0), name)))


def _around(function: Function, first: int, last: int) -> list[Scope]:
    """Return the scopes around a part, the outermost first."""
    found = [function.scope]
    while True:
        for scope in found[-1].inner:
            begin, end = function.range_of(scope.node)
            if begin <= first and last <= end and (begin, end) != (first, last):
                found.append(scope)
                break
        else:
            return found


def _is_function(scope: Scope) -> bool:
    return isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef)


def _is_at_once(scope: Scope) -> bool:
    """Whether what stands in a scope happens where it stands."""
    return isinstance(scope.node, ast.ListComp | ast.SetComp | ast.DictComp)


def _late(scope: Scope) -> Iterator[str]:
    """Yield the names that functions inside of a scope read when they are called."""
    for inner in scope.inner:
        yield from (
            (n for n in _late(inner) if n not in inner.own) if _is_at_once(inner) else inner.free
        )


def _binds(owner: Scope, name: str) -> list[ast.AST]:
    """Return where a function, or one inside of it, gives a name a value."""
    return [
        each
        for each in ast.walk(owner.node)
        if name in _names(each)
        and each is not owner.node
        and not isinstance(each, ast.arg)
        and not (isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load))
    ]


def _always(values: Names, events: Sequence[int]) -> set[str]:
    """Return the variables that have a value after each of some events."""
    return (
        set[str].intersection(*(values.at(each) for each in events)) if events else set(values.bits)
    )


def _first_places(function: Function) -> dict[str, int]:
    """Return where each name comes first."""
    found: dict[str, int] = {}
    for node in ast.walk(function.node):
        if isinstance(node, ast.expr | ast.stmt | ast.arg | ast.alias | ast.ExceptHandler):
            place = function.starts[node.lineno - 1] + node.col_offset
            for name in _names(node):
                found[name] = min(place, found.get(name, place))
    return found


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    return names_bound(node)
