"""The shape of a text: everything that its grammar reads in it, without blanks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from fimls.syntax.parsed_text import Parsed

if TYPE_CHECKING:
    from tree_sitter import Node


class Part(NamedTuple):
    """One node of the tree.

    Attributes:
        depth: how many nodes it is inside of.
        kind: what the grammar calls it.
        text: it, for a leaf; else what stands in it between its children.
    """

    depth: int
    kind: str
    text: str


def shape(
    parsed: Parsed, leave_out: Callable[[Node], bool] | None = None
) -> Iterator[tuple[Part, int]]:
    """Yield the parts of a text and the offset of each in UTF-8, without those that are left out.

    Two texts with the same parts differ in nothing but blanks outside of strings, and in what was
    left out. Depth matters: in some languages blanks alone say what belongs to what.
    """
    stack: list[tuple[Node, int]] = [(parsed.root, 0)]
    while stack:
        node, depth = stack.pop()
        if leave_out and leave_out(node):
            continue
        children = node.children
        if not children:
            text = parsed.data[node.start_byte : node.end_byte].decode("utf-8", "replace")
            if node.is_named or text.strip():
                yield Part(depth, node.type, text), node.start_byte
            continue
        yield Part(depth, node.type, _between(parsed.data, node, children)), node.start_byte
        stack.extend((child, depth + 1) for child in reversed(children))


def _between(data: bytes, node: Node, children: list[Node]) -> str:
    """Return the text of a node that none of its children has: of strings all, else no blanks."""
    gaps, place = list[str](), node.start_byte
    is_text = any(word in node.type for word in ("string", "heredoc", "char", "regex"))
    for start, end in (*((c.start_byte, c.end_byte) for c in children), (node.end_byte, 0)):
        if start > place:
            gap = data[place:start].decode("utf-8", "replace")
            gaps.append(gap if is_text else gap.strip())
        place = max(place, end)
    return "\0".join(gap for gap in gaps if gap)
