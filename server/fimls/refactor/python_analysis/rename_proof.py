"""Whether two functions are the same but for the name of one variable."""

from __future__ import annotations

import ast
import symtable
from itertools import zip_longest
from typing import cast

from fimls.syntax.parsed_text import Parsed


def why_not_only_renamed(
    before: str, after: str, old: str, new: str, called: str = ""
) -> str | None:
    """Say why a text is not another one with a variable renamed, or None where that is proved.

    Both are read as far as Python decides what each name means: the trees may differ in that one
    name alone, and each scope must have the same names, of the same kinds, as it had before.

    Args:
        before: a text.
        after: the same text with another name for a variable of a function.
        old: the variable's name.
        new: its other name.
        called: the function whose callers name the variable, if they do.
    """
    try:
        if not _is_same_tree(ast.parse(before), ast.parse(after), old, new, called):
            return f"More than the variable `{old}` would change."
        scopes, others = (symtable.symtable(each, "text", "exec") for each in (before, after))
        if not _are_same_scopes(scopes, others, old, new):
            return f"`{new}` would mean something else."
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "Python cannot read the function."
    return None


def source_around(parsed: Parsed, offset: int) -> tuple[int, int]:
    """Return where the outermost definition around an offset begins, with its line, and ends."""
    place = parsed.byte(offset)
    node = parsed.root.descendant_for_byte_range(place, min(place + 1, len(parsed.data)))
    while node is not None and node.parent is not None and node.parent.type != "module":
        node = node.parent
    if node is None:
        return 0, len(parsed.text)
    return parsed.offset(node.start_byte), parsed.offset(node.end_byte)


_NAMES = {"id", "arg", "name", "asname", "rest"}


def _is_same_tree(one: object, other: object, old: str, new: str, called: str) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        pairs = zip_longest(cast("list[object]", one), cast("list[object]", other))
        return all(_is_same_tree(a, b, old, new, called) for a, b in pairs)
    if not isinstance(one, ast.AST) or not isinstance(other, ast.AST):
        return _is_same_value(cast("object", one), other)
    if type(one) is not type(other):
        return False
    if isinstance(one, ast.alias) and isinstance(other, ast.alias):
        names = {(each.asname or each.name) for each in (one, other)}
        return one.name == other.name and (one.asname == other.asname or names == {old, new})
    if isinstance(one, ast.Call) and isinstance(other, ast.Call) and _calls(one, called):
        for mine, its in zip(one.keywords, other.keywords, strict=False):
            if (mine.arg, its.arg) == (old, new):
                its.arg = old
    named = _NAMES - ({"arg"} if isinstance(one, ast.keyword) else set())
    for field in one._fields:
        mine, its = getattr(one, field, None), getattr(other, field, None)
        if field in named and (mine, its) == (old, new):
            continue
        if isinstance(one, ast.Global | ast.Nonlocal):
            mine = [new if name == old else name for name in one.names]
        if not _is_same_tree(mine, its, old, new, called):
            return False
    return True


def _calls(node: ast.Call, name: str) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == name


def _is_same_value(one: object, other: object) -> bool:
    # 1, 1.0 and True are equal, and not the same constant.
    return one.__class__ is other.__class__ and one == other


def _are_same_scopes(
    one: symtable.SymbolTable, other: symtable.SymbolTable, old: str, new: str
) -> bool:
    mine, its = _symbols(one), _symbols(other)
    if mine != its:
        if one.get_type() == "class" or new in mine or old in its:
            return False
        if {new if name == old else name: kind for name, kind in mine.items()} != its:
            return False
    inside, elsewhere = one.get_children(), other.get_children()
    return len(inside) == len(elsewhere) and all(
        _are_same_scopes(a, b, old, new) for a, b in zip(inside, elsewhere, strict=True)
    )


_KINDS = ("free", "global", "imported", "local", "namespace", "parameter", "referenced", "assigned")


def _symbols(table: symtable.SymbolTable) -> dict[str, tuple[bool, ...]]:
    return {
        each.get_name(): tuple(getattr(each, f"is_{kind}")() for kind in _KINDS)
        for each in table.get_symbols()
    }
