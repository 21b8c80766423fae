"""The docstrings of a Python text, also of one that Python itself cannot read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fimls.syntax.parsed_text import Parsed
from fimls.syntax.tree_walk import is_comment

if TYPE_CHECKING:
    from tree_sitter import Node


def docstrings_of(parsed: Parsed) -> dict[str, str]:
    """Return the docstrings, quotes included, by the qualified name of what they are of.

    The module's name is empty.
    """
    found = dict[str, str]()
    stack: list[tuple[Node, str]] = [(parsed.root, "")]
    while stack:
        node, owner = stack.pop()
        if node.type in ("function_definition", "class_definition"):
            name = node.child_by_field_name("name")
            owner = f"{owner}.{parsed.text_of(name)}".lstrip(".") if name else owner
        for child in node.children:
            if is_docstring(child):
                found[owner] = parsed.text_of(child)
        stack.extend((child, owner) for child in reversed(node.children))
    return found


def is_docstring(node: Node) -> bool:
    """Whether a statement is a string alone, and the first one of a module, class or function."""
    if node.type != "expression_statement" or [c.type for c in node.children] != ["string"]:
        return False
    above = node.parent
    if above is None or next((c for c in above.children if not is_comment(c)), None) != node:
        return False
    owner = above.parent
    return owner is None or owner.type in ("function_definition", "class_definition")
