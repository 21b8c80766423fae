"""Which names belong to a function, and which of them the functions inside of it use."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

ScopeNode: TypeAlias = (
    ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.Lambda
    | ast.ClassDef
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, *COMPREHENSIONS)


@dataclass(slots=True, eq=False)
class Scope:
    """The names of a function, a class or a comprehension.

    Attributes:
        node: what opens it.
        parent: the scope around it, None for the outermost one that is looked at.
        bound: names that it binds itself.
        parameters: those of them that callers give.
        read: names that are read in it, wherever they belong.
        declared: names that it says are global, or another function's.
        inner: the scopes directly inside.
    """

    node: ScopeNode
    parent: Scope | None = None
    bound: set[str] = field(default_factory=set[str])
    parameters: set[str] = field(default_factory=set[str])
    read: set[str] = field(default_factory=set[str])
    declared: dict[str, bool] = field(default_factory=dict[str, bool])
    inner: list[Scope] = field(default_factory=list["Scope"])

    @property
    def own(self) -> set[str]:
        """The names that live in this scope."""
        return self.bound - self.declared.keys()

    @property
    def free(self) -> set[str]:
        """The names that it and what is inside of it take from the scopes around it."""
        inside = {name for scope in self.inner for name in scope.free}
        outer = (self.bound | self.read) & {n for n, here in self.declared.items() if not here}
        # A class reads a name from outside until it has bound it, and hides it from its methods.
        mine = set[str]() if isinstance(self.node, ast.ClassDef) else self.own
        world = {name for name, everywhere in self.declared.items() if everywhere}
        return ((self.read | inside) - mine | outer) - world

    @property
    def changed(self) -> set[str]:
        """The names of the scopes around it to which it, or what is inside of it, gives values."""
        mine = {n for n, everywhere in self.declared.items() if not everywhere and n in self.bound}
        return mine | {n for scope in self.inner for n in scope.changed if n not in self.own}

    def walk(self) -> Iterator[Scope]:
        """Yield it and all scopes inside of it."""
        yield self
        for scope in self.inner:
            yield from scope.walk()


def scope_of(node: ScopeNode, parent: Scope | None = None) -> Scope:
    """Return the names of a function, a class or a comprehension, and of all that is inside."""
    scope = Scope(node, parent)
    for child in _inside(node, scope):
        _look(child, scope)
    return scope


def _inside(node: ScopeNode, scope: Scope) -> list[ast.AST]:
    """Return what is evaluated in a scope; its parameters are bound on the way."""
    if isinstance(node, ast.ClassDef):
        return list(node.body)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        given = node.args
        for each in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
            if each is not None:
                scope.bound.add(each.arg)
                scope.parameters.add(each.arg)
        return [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    first, *others = node.generators
    parts: list[ast.AST] = [first.target, *first.ifs, *others]
    return [*parts, node.key, node.value] if isinstance(node, ast.DictComp) else [*parts, node.elt]


def outside(node: ScopeNode) -> list[ast.expr]:
    """Return what a scope's node has evaluated in the scope around it."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *(each.value for each in node.keywords)]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        given = node.args
        defaults = [*given.defaults, *(each for each in given.kw_defaults if each is not None)]
        if isinstance(node, ast.Lambda):
            return defaults
        named = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
        types = [each.annotation for each in named if each is not None and each.annotation]
        return [*node.decorator_list, *defaults, *types, *([node.returns] if node.returns else [])]
    return [node.generators[0].iter]


def _look(node: ast.AST, scope: Scope) -> None:
    if isinstance(node, _SCOPES):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            scope.bound.add(node.name)
        for each in outside(node):
            _look(each, scope)
        scope.inner.append(scope_of(node, scope))
        return
    if isinstance(node, ast.Name):
        (scope.read if isinstance(node.ctx, ast.Load) else scope.bound).add(node.id)
    elif isinstance(node, ast.NamedExpr):
        _function_of(scope).bound.add(node.target.id)
        _look(node.value, scope)
        return
    elif isinstance(node, ast.Global | ast.Nonlocal):
        scope.declared |= dict.fromkeys(node.names, isinstance(node, ast.Global))
    else:
        scope.bound.update(names_bound(node))
    for child in ast.iter_child_nodes(node):
        _look(child, scope)


def names_bound(node: ast.AST) -> list[str]:
    """Return the names that a node binds by a word of its own, not by a name node inside."""
    if isinstance(node, ast.Import):
        return [each.asname or each.name.partition(".")[0] for each in node.names]
    if isinstance(node, ast.ImportFrom):
        return [each.asname or each.name for each in node.names]
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        return [node.name] if node.name else []
    if isinstance(node, ast.MatchMapping):
        return [node.rest] if node.rest else []
    return []


def _function_of(scope: Scope) -> Scope:
    while isinstance(scope.node, COMPREHENSIONS) and scope.parent is not None:
        scope = scope.parent
    return scope
