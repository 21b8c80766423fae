"""Names of a Python module that mean nothing, as Python itself finds out."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterator

from fimls.syntax.python_ast import module_of, scopes_of
from fimls.syntax.word_sets import words


def unknown_in_python(before: str, after: str) -> str | None:
    """Return a name that is used after a change and means nothing there, though before it did."""
    old, new = _unbound(before), _unbound(after)
    for name in sorted(new - old):
        return name
    old_module, new_module = module_of(before), module_of(after)
    if old_module is None or new_module is None:
        return None
    known = {node.id for node in ast.walk(old_module) if isinstance(node, ast.Name)}
    known |= _bound_anywhere(after) | _GIVEN
    for name in _in_hints(new_module):
        if name not in known:
            return name
    seen = {node.attr for node in ast.walk(old_module) if isinstance(node, ast.Attribute)}
    for cls in ast.walk(new_module):
        if isinstance(cls, ast.ClassDef) and not cls.bases and not cls.keywords:
            for name in _missing_members(cls):
                if name not in seen or name in _members_of(old_module, cls.name):
                    return f"self.{name}"
    return None


_GIVEN = frozenset(dir(builtins)) | words("""
    __annotations__ __builtins__ __class__ __debug__ __dict__ __doc__ __file__ __loader__
    __module__ __name__ __package__ __path__ __qualname__ __spec__ reveal_type
""")


def _tables(text: str) -> Iterator[symtable.SymbolTable]:
    top = scopes_of(text)
    stack = [top] if top else []
    while stack:
        table = stack.pop()
        yield table
        stack.extend(table.get_children())


def _unbound(text: str) -> set[str]:
    """Return the names that are looked up in the module and that nothing binds there."""
    used, bound = set[str](), set(_GIVEN)
    for table in _tables(text):
        top = table.get_type() == "module"
        for symbol in table.get_symbols():
            binds = symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
            if (top or symbol.is_declared_global()) and binds:
                bound.add(symbol.get_name())
            if symbol.is_referenced() and (symbol.is_global() or (top and not binds)):
                used.add(symbol.get_name())
    return used - bound


def _bound_anywhere(text: str) -> set[str]:
    return {
        symbol.get_name()
        for table in _tables(text)
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
    }


def _in_hints(module: ast.Module) -> Iterator[str]:
    """Yield the names in type hints, those that stand in strings included."""
    for node in ast.walk(module):
        for hint in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if not isinstance(hint, ast.AST):
                continue
            names = [part.id for part in ast.walk(hint) if isinstance(part, ast.Name)]
            yield from names
            if "Literal" in names or "Annotated" in names:
                continue  # strings there are no types
            for part in ast.walk(hint):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield from _in_text(part.value)


def _in_text(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    yield from (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _missing_members(cls: ast.ClassDef) -> Iterator[str]:
    """Yield what a class without a base looks up in itself and does not have."""
    has, wants = _own(cls)
    if not has & {"__getattr__", "__getattribute__", "__slots__", "__setattr__", "__dict__"}:
        yield from sorted(
            name for name in wants - has if not (name.startswith("__") and name.endswith("__"))
        )


def _members_of(module: ast.Module, name: str) -> set[str]:
    found = (n for n in ast.walk(module) if isinstance(n, ast.ClassDef) and n.name == name)
    return {member for cls in found for member in _own(cls)[0]}


def _own(cls: ast.ClassDef) -> tuple[set[str], set[str]]:
    """Return the members that a class defines or assigns, and those it looks up in ``self``."""
    has, wants = set[str](), set[str]()
    for node in ast.walk(cls):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in ("self", "cls"):
                (wants if isinstance(node.ctx, ast.Load) else has).add(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            has.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            has.add(node.id)
    return has, wants
