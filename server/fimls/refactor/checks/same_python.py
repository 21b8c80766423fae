"""How the syntax trees of two Python modules differ."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import cast

from fimls.refactor.checks.changed_part import LINE_END, shortened
from fimls.syntax.word_sets import words


def difference(
    old: ast.Module, new: ast.Module, text: str, *, docstrings: bool, annotations: bool
) -> str | None:
    """Return in a sentence how two modules differ, or None if only by what may differ.

    Args:
        old: what was.
        new: what would be.
        text: the text of `new`.
        docstrings: whether docstrings may be added or rewritten.
        annotations: whether type hints may be added or rewritten.
    """
    reading = _Reading(docstrings=docstrings, annotations=annotations)
    for one, other in zip_longest(reading.items(old), reading.items(new)):
        if problem := _problem(one, other):
            line = (other or one or _Item(None, 1)).line
            shown = shortened((LINE_END.split(text) + [""] * line)[line - 1])
            return f"{problem} at line {line} (`{shown}`)."
    return None


@dataclass(frozen=True, slots=True)
class _Item:
    """Something that must be the same in both modules."""

    value: object
    line: int


@dataclass(frozen=True, slots=True)
class _Documentation(_Item):
    """A place where a docstring can be."""

    there: bool


@dataclass(frozen=True, slots=True)
class _Hint(_Item):
    """A place where a type hint can be, and what may read it when the program runs, or nothing."""

    hint: ast.expr | None
    reader: str


def _problem(one: _Item | None, other: _Item | None) -> str | None:
    if isinstance(one, _Documentation) and isinstance(other, _Documentation):
        gone = one.there and not other.there
        return "It removes the docstring of what begins" if gone else None
    if isinstance(one, _Hint) and isinstance(other, _Hint):
        return _hint_problem(one, other)
    if one is None or other is None or one.value != other.value:
        return "It changes the code itself"
    return None


@dataclass(frozen=True, slots=True)
class _Visit:
    """A part of a tree that is still to be read."""

    value: object
    line: int = 1
    reader: str = ""


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads a tree into a row of items, so that deep trees need no deep calls."""

    docstrings: bool
    annotations: bool

    def items(self, module: ast.Module) -> Iterator[_Item]:
        stack: list[_Visit | _Item] = [_Visit(module)]
        while stack:
            top = stack.pop()
            if isinstance(top, _Item):
                yield top
            else:
                stack.extend(reversed(list(self._parts(top))))

    def _parts(self, visit: _Visit) -> Iterator[_Visit | _Item]:
        value = visit.value
        if isinstance(value, list):
            values = cast("list[object]", value)
            yield _Item(("list", len(values)), visit.line)
            yield from (replace(visit, value=each) for each in values)
            return
        if not isinstance(value, ast.AST):
            yield _Item((type(value), value), visit.line)
            return
        visit = replace(visit, line=getattr(value, "lineno", visit.line))
        if self.annotations and (assigned := _assigned(value)):
            target, assigned_value, hint = assigned
            yield _Item(ast.Assign, visit.line)
            yield replace(visit, value=[target])
            yield replace(visit, value=assigned_value)
            yield _Hint("hint", visit.line, hint, visit.reader)
            return
        yield _Item(type(value), visit.line)
        for name in value._fields:
            if name in ("type_comment", "type_ignores", "ctx"):
                continue
            child = getattr(value, name, None)
            if name == "body" and isinstance(value, _DOCUMENTED):
                yield from self._body(value, visit)
            elif self.annotations and name in ("annotation", "returns"):
                reader = _reader(value) if name == "returns" else visit.reader
                yield _Hint("hint", visit.line, child, reader)
            elif isinstance(value, ast.FunctionDef | ast.AsyncFunctionDef) and name == "args":
                yield replace(visit, value=child, reader=_reader(value))
            else:
                yield replace(visit, value=child)

    def _body(self, node: _Documented, visit: _Visit) -> Iterator[_Visit | _Item]:
        body: list[ast.stmt] = node.body
        if self.docstrings:
            there = _has_docstring(body)
            yield _Documentation("docstring", visit.line, there)
            # A body must have something: what is there only for that says nothing.
            body = (
                body[there:] or [] if isinstance(node, ast.Module) else body[there:] or [ast.Pass()]
            )
        yield _Visit(body, visit.line, _reader(node) if isinstance(node, ast.ClassDef) else "")


_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _has_docstring(body: list[ast.stmt]) -> bool:
    first = body[0] if body else None
    return (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )


def _assigned(node: ast.AST) -> tuple[ast.expr, ast.expr, ast.expr | None] | None:
    """Return the target, the value and the hint of an assignment that may have a hint."""
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return node.target, node.value, node.annotation
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return node.targets[0], node.value, None
    return None


def _reader(node: ast.AST) -> str:
    """Return what may read the type hints of a function or a class when the program runs."""
    if isinstance(node, ast.ClassDef) and (node.bases or node.keywords):
        return f"the base class of `{node.name}`"
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        for decorator in node.decorator_list:
            name = decorator.func if isinstance(decorator, ast.Call) else decorator
            last = name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")
            if last not in _DEAF or isinstance(node, ast.ClassDef):
                return f"the decorator `{last or 'of'}` of `{node.name}`"
    return ""


_DEAF = words("""
    abstractmethod asynccontextmanager cache cached_property classmethod contextmanager deleter
    final getter lru_cache overload override property setter staticmethod wraps
""")
"""Decorators that are known to read no type hints."""


def _hint_problem(old: _Hint, new: _Hint) -> str | None:
    if new.hint is None:
        return "It removes a type hint" if old.hint is not None else None
    if old.hint is not None and _same(old.hint, new.hint):
        return None
    if new.reader:
        return f"It changes a type hint that {new.reader} may read when the program runs,"
    for node in ast.walk(new.hint):
        if not isinstance(node, _PLAIN):
            return "It adds a type hint that does more than to name a type"
        if isinstance(node, ast.BinOp) and any(
            isinstance(side, ast.Constant) and isinstance(side.value, str)
            for side in (node.left, node.right)
        ):
            return "It adds a type hint that fails when it is evaluated, a string beside `|`,"
    return None


def _same(old: ast.expr, new: ast.expr) -> bool:
    reading = _Reading(docstrings=False, annotations=False)
    modules = (ast.Module([ast.Expr(hint)], []) for hint in (old, new))
    one, other = (tuple(item.value for item in reading.items(module)) for module in modules)
    return one == other


_PLAIN = (
    ast.Attribute,
    ast.BinOp,
    ast.BitOr,
    ast.Constant,
    ast.List,
    ast.Load,
    ast.Name,
    ast.Starred,
    ast.Subscript,
    ast.Tuple,
    ast.UnaryOp,
    ast.USub,
)
