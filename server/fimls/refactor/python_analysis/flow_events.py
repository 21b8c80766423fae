"""What happens in a function, one event at a time."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from fimls.refactor.python_analysis.function_names import Scope, ScopeNode, outside

Kind: TypeAlias = Literal["read", "bind", "unbind", "act", "join"]
"""`act` is anything that may raise an error; `join` is a place where ways meet."""


@dataclass(slots=True)
class Event:
    """Something that happens in a function.

    Attributes:
        kind: what it is.
        name: of the variable, or empty.
        after: the events that can follow.
        errors: those that follow where it raises an error.
    """

    kind: Kind
    name: str = ""
    after: list[int] = field(default_factory=list[int])
    errors: list[int] = field(default_factory=list[int])


class Events:
    """Puts the events of expressions in a row; statements are built on it.

    Attributes:
        events: all of them.
        ranges: node -> its events, from the first to before the last.
        at: the events after which the next one comes; empty where nothing goes on.
        catchers: where errors go, the innermost last.
    """

    def __init__(self, scope: Scope) -> None:
        self.events: list[Event] = []
        self.ranges: dict[ast.AST, tuple[int, int]] = {}
        self._scope = scope
        self._inner = {each.node: each for each in scope.walk()}
        self.at: list[int] = []
        self.catchers: list[int] = []
        self._hidden: list[set[str]] = []

    def add(self, kind: Kind, name: str = "") -> int:
        """Add an event behind those that came last."""
        number = len(self.events)
        event = Event(kind, name)
        self.events.append(event)
        self.go(number)
        if kind in ("read", "act") and self.catchers:
            event.errors.append(self.catchers[-1])
        return number

    def go(self, number: int) -> None:
        """Have an event come next."""
        for each in self.at:
            self.events[each].after.append(number)
        self.at = [number]

    def place(self) -> int:
        """Return a place that nothing leads to yet."""
        number = len(self.events)
        self.events.append(Event("join"))
        return number

    def name(self, kind: Kind, name: str) -> None:
        """Add what happens to a name, if it is a variable of the function."""
        if name in self._scope.own and not any(name in names for names in self._hidden):
            self.add(kind, name)

    def either(self, ways: Sequence[Callable[[], None]]) -> None:
        """Add several ways, one of which is taken."""
        begin, ends = self.at, list[int]()
        for way in ways:
            self.at = list(begin)
            way()
            ends += self.at
        self.at = ends

    def value(self, node: ast.expr) -> None:
        """Add what evaluating an expression does, or giving a target a value."""
        begin = len(self.events)
        self.add("join")
        if isinstance(node, ast.Name):
            kinds: dict[type, Kind] = {ast.Load: "read", ast.Store: "bind", ast.Del: "unbind"}
            self.name(kinds[type(node.ctx)], node.id)
        elif isinstance(node, ast.Lambda | ast.GeneratorExp):
            self.makes(node)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp):
            self._comprehension(node)
        elif isinstance(node, ast.NamedExpr):
            self.value(node.value)
            self._bind_outside(node.target.id)
        elif isinstance(node, ast.BoolOp):
            self._in_turn(node.values)
        elif isinstance(node, ast.Compare):
            self.value(node.left)
            self.value(node.comparators[0])
            self.add("act")
            self._in_turn([None, *node.comparators[1:]])
        elif isinstance(node, ast.IfExp):
            body, otherwise = node.body, node.orelse
            self.value(node.test)
            self.either([lambda: self.value(body), lambda: self.value(otherwise)])
        elif not isinstance(node, ast.Constant):
            self.parts(node)
            self.add("act")
        self.ranges[node] = begin, len(self.events)

    def _in_turn(self, values: Sequence[ast.expr | None]) -> None:
        """Add values each of which may be the last that is evaluated."""
        ends: list[int] = []
        for each in values:
            if each is not None:
                self.value(each)
            ends += self.at
        self.at = ends
        self.add("act")

    def parts(self, node: ast.AST) -> None:
        """Add all expressions in a node, in the order of the text."""
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is not None:
                    self.value(key)
                self.value(value)
            return
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
            else:
                self.parts(child)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp) -> None:
        elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self.value(node.generators[0].iter)
        self._hidden.append(self._inner[node].own)
        heads: list[int] = []
        for number, clause in enumerate(node.generators):
            if number:
                self.value(clause.iter)
            heads.append(self.add("act"))
            self.value(clause.target)
            for each in clause.ifs:
                self.value(each)
                self.events[self.at[-1]].after.append(heads[-1])
        for each in elements:
            self.value(each)
        for inner, outer in zip(reversed(heads), [*reversed(heads[:-1]), heads[0]], strict=True):
            self.go(inner)
            self.events[inner].after.append(outer)
        self.at = [heads[0]]
        self._hidden.pop()

    def _bind_outside(self, name: str) -> None:
        hidden, self._hidden = self._hidden, []
        self.name("bind", name)
        self._hidden = hidden

    def makes(self, node: ScopeNode) -> None:
        """Add what is evaluated where a function or class is made; what it uses counts as read."""
        for each in outside(node):
            self.value(each)
        self.add("act")
        for name in sorted(self._inner[node].free):
            self.name("read", name)
