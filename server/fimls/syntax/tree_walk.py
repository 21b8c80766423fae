"""Going through a tree, however deep it is: nothing here calls itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node


def walk(root: Node, leave_out: Callable[[Node], bool] | None = None) -> Iterator[Node]:
    """Yield a node and all below it, in the text's order, but not what is left out."""
    stack = [root]
    while stack:
        node = stack.pop()
        if leave_out and leave_out(node):
            continue
        yield node
        stack.extend(reversed(node.children))


def is_comment(node: Node) -> bool:
    """Whether a node is a comment, as all grammars name them."""
    return "comment" in node.type
