"""Python's own reading of a text, which knows more about it than a grammar does."""

from __future__ import annotations

import ast
import symtable
import warnings

from fimls.session_memo import remembered

_TOO_MUCH = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
"""What Python raises for a text it cannot read, null characters and deep nesting included."""


@remembered(4)
def module_of(text: str) -> ast.Module | None:
    """Return the syntax tree of a module, or None where this Python cannot read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except _TOO_MUCH:
        return None


@remembered(4)
def complaint(text: str) -> str | None:
    """Return why a module cannot be compiled, or None where it can; nothing of it is executed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<text>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"{error.msg} at line {error.lineno or 1}"
    except _TOO_MUCH as error:
        return str(error) or type(error).__name__
    return None


@remembered(4)
def scopes_of(text: str) -> symtable.SymbolTable | None:
    """Return what Python finds out about the names of a module, or None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return symtable.symtable(text, "<text>", "exec")
    except _TOO_MUCH:
        return None
