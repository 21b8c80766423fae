"""The flow of a function's values: what is read, bound and unbound, in every order that can happen.

The graph has an event for each of these, and errors leave each place where one can come up. Where
it cannot tell, it has more ways through the function than there are: who asks whether a value can
be read, or can be missing, is then told that it can.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from fimls.refactor.python_analysis.flow_events import Event, Events
from fimls.refactor.python_analysis.function_names import Scope, names_bound
from fimls.refactor.python_analysis.function_tree import Definition


@dataclass(frozen=True, slots=True)
class Flow:
    """What can happen in a function, and where its statements and expressions are among it.

    Attributes:
        events: all events; the first is the function's beginning.
        ranges: statement or expression -> its events, from the first to before the last.
    """

    events: list[Event]
    ranges: dict[ast.AST, tuple[int, int]]


def flow_of(node: Definition, scope: Scope) -> Flow:
    """Return the flow of one function, without what functions inside of it do."""
    builder = _Statements(scope)
    builder.add("join")
    for name in sorted(scope.parameters):
        builder.add("bind", name)
    builder.body(node.body)
    return Flow(builder.events, builder.ranges)


@dataclass(slots=True)
class _Frame:
    """A loop that can be left, or a `finally` that comes before all that leaves it."""

    ends: dict[str, int]
    """For a loop: ``break`` and ``continue`` -> where they go."""
    last: int | None = None
    """Where a `finally` begins."""
    waiting: set[str] = field(default_factory=set[str])
    """What goes on when the `finally` has ended."""


class _Statements(Events):
    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self._frames: list[_Frame] = []

    def body(self, statements: Sequence[ast.stmt]) -> None:
        for each in statements:
            self._statement(each)

    def _statement(self, node: ast.stmt) -> None:
        begin = len(self.events)
        self.add("join")
        visit = getattr(self, f"_{type(node).__name__}", None)
        if visit is not None:
            visit(node)
        else:
            self.parts(node)
        self.ranges[node] = begin, len(self.events)

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.makes(node)
        self.add("act")
        self.name("bind", node.name)

    _AsyncFunctionDef = _ClassDef = _FunctionDef

    def _Assign(self, node: ast.Assign) -> None:
        self.value(node.value)
        for target in node.targets:
            self.value(target)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.value(node.value)
            self.value(node.target)
        elif not isinstance(node.target, ast.Name):
            self.parts(node.target)

    def _AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.name("read", node.target.id)
        else:
            self.parts(node.target)
        self.value(node.value)
        self.add("act")
        if isinstance(node.target, ast.Name):
            self.name("bind", node.target.id)

    def _Return(self, node: ast.Return) -> None:
        self.parts(node)
        self._leave("return")

    def _Raise(self, node: ast.Raise) -> None:
        self.parts(node)
        self.add("act")
        self.at = []

    def _Break(self, node: ast.Break) -> None:
        self._leave("break")

    def _Continue(self, node: ast.Continue) -> None:
        self._leave("continue")

    def _Assert(self, node: ast.Assert) -> None:
        self.value(node.test)
        self.either([lambda: self._fails(node.msg), lambda: None])

    def _fails(self, message: ast.expr | None) -> None:
        if message is not None:
            self.value(message)
        self.add("act")
        self.at = []

    def _If(self, node: ast.If) -> None:
        self.value(node.test)
        self.either([lambda: self.body(node.body), lambda: self.body(node.orelse)])

    def _While(self, node: ast.While) -> None:
        head = self.add("join")
        self.value(node.test)
        endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
        self._loop(head, node.body, node.orelse, endless=endless)

    def _For(self, node: ast.For | ast.AsyncFor) -> None:
        self.value(node.iter)
        head = self.add("act")
        self._loop(head, node.body, node.orelse, target=node.target)

    _AsyncFor = _For

    def _loop(
        self,
        head: int,
        body: Sequence[ast.stmt],
        otherwise: Sequence[ast.stmt],
        *,
        target: ast.expr | None = None,
        endless: bool = False,
    ) -> None:
        end = self.place()
        again = self.at
        self._frames.append(_Frame({"break": end, "continue": head}))
        if target is not None:
            self.value(target)
        self.body(body)
        self.go(head)
        self._frames.pop()
        self.at = [] if endless else again
        self.body(otherwise)
        self.go(end)

    def _With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.value(item.context_expr)
            self.add("act")
            if item.optional_vars is not None:
                self.value(item.optional_vars)
        # A context manager may swallow an error: what follows it comes next.
        end = self.place()
        self.catchers.append(end)
        self.body(node.body)
        self.add("act")
        self.catchers.pop()
        self.go(end)
        if self.catchers:
            self.events[end].errors.append(self.catchers[-1])

    _AsyncWith = _With

    def _Try(self, node: ast.Try | ast.TryStar) -> None:
        frame = _Frame({}, last=self.place()) if node.finalbody else None
        if frame is not None and frame.last is not None:
            self._frames.append(frame)
            self.catchers.append(frame.last)
        caught = self.place()
        self.catchers.append(caught)
        self.body(node.body)
        self.catchers.pop()
        self.body(node.orelse)
        ends = self.at
        if self.catchers:
            self.events[caught].errors.append(self.catchers[-1])
        for handler in node.handlers:
            self.at = [caught]
            if handler.type is not None:
                self.value(handler.type)
            for name in names_bound(handler):
                self.name("bind", name)
            self.body(handler.body)
            for name in names_bound(handler):
                self.name("unbind", name)
            ends = [*ends, *self.at]
        self.at = ends
        if frame is not None and frame.last is not None:
            self._frames.pop()
            self.catchers.pop()
            self._finally(frame, frame.last, node.finalbody)

    _TryStar = _Try

    def _finally(self, frame: _Frame, begin: int, statements: Sequence[ast.stmt]) -> None:
        self.go(begin)
        self.at = [begin]
        self.body(statements)
        self.add("act")  # an error that came before goes on
        after = self.at
        for way in sorted(frame.waiting):
            self.at = list(after)
            self._leave(way)
        self.at = after

    def _leave(self, way: str) -> None:
        for frame in reversed(self._frames):
            if frame.last is not None:
                frame.waiting.add(way)
                self.go(frame.last)
                break
            if way in frame.ends:
                self.go(frame.ends[way])
                break
        self.at = []

    def _Match(self, node: ast.Match) -> None:
        self.value(node.subject)
        ends: list[int] = []
        for case in node.cases:
            self.add("act")
            passed = self.at
            for each in ast.walk(case.pattern):
                if isinstance(each, ast.expr):
                    self.value(each)
                for name in names_bound(each):
                    self.name("bind", name)
            if case.guard is not None:
                self.value(case.guard)
            failed = [*passed, *self.at]
            self.body(case.body)
            ends += self.at
            self.at = failed
        self.at = [*ends, *self.at]

    def _Import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.add("act")
        for name in names_bound(node):
            self.name("bind", name)

    _ImportFrom = _Import
