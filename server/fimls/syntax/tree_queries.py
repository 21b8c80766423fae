"""Questions about a parsed text: errors, statements, blocks, strings and comments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimls.syntax.parsed_text import Parsed

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the text that is one node of its tree.

    Attributes:
        start: offset of its first character.
        end: offset after its last character.
        kind: what the grammar calls it; ``ERROR`` for text that it could not read.
        missing: whether it is something that should be there and is not; it is empty then.
    """

    start: int
    end: int
    kind: str
    missing: bool = False


def errors(parsed: Parsed, start: int = 0, end: int | None = None) -> list[Span]:
    """Return what is wrong in or at the borders of a part of the text, in its order."""
    first, last = parsed.byte(start), parsed.byte(len(parsed.text) if end is None else end)
    return [_span(parsed, node) for node in _broken(parsed.root, first, last)]


def count_errors(parsed: Parsed) -> int:
    """Return how many places of the text the grammar could not read, or where it missed some."""
    return len(errors(parsed))


def statement_at(parsed: Parsed, offset: int) -> Span | None:
    """Return the smallest statement or declaration around an offset.

    At the border of two it is the one that begins there; None between all of them.
    """
    node = _around(parsed, offset, _is_statement)
    return _span(parsed, node) if node else None


def statement_end(parsed: Parsed, offset: int) -> int | None:
    """Return where the statement at an offset ends, or else the next one; None if none follows."""
    place = parsed.byte(offset)
    node = _around(parsed, offset, _is_statement) or _next_statement(parsed.root, place)
    return parsed.offset(node.end_byte) if node else None


def block_at(parsed: Parsed, offset: int) -> Span | None:
    """Return the smallest block around an offset, with its brackets where it has some."""
    node = _around(parsed, offset, _is_block)
    return _span(parsed, node) if node else None


def in_string(parsed: Parsed, offset: int) -> bool:
    """Whether what is inserted at an offset becomes part of a string."""
    return _inside(parsed, offset, ("string", "char_literal", "heredoc"))


def in_comment(parsed: Parsed, offset: int) -> bool:
    """Whether what is inserted at an offset becomes part of a comment."""
    return _inside(parsed, offset, ("comment",))


def _broken(node: Node, first: int, last: int) -> Iterator[Node]:
    stack = [node]
    while stack:
        node = stack.pop()
        if node.is_missing or node.is_error:
            yield node
        elif node.has_error:
            stack.extend(
                child
                for child in reversed(node.children)
                if child.has_error and child.end_byte >= first and child.start_byte <= last
            )


def _is_statement(node: Node) -> bool:
    kind = node.type
    return node.is_named and (
        kind.endswith(("_statement", "_declaration", "_definition", "_item", "_directive"))
        or kind in ("declaration", "statement", "rule_set", "pair", "element", "assignment")
    )


def _is_block(node: Node) -> bool:
    kind = node.type
    return node.is_named and (
        kind.endswith(("block", "_body", "_list", "compound_statement")) or kind == "body"
    )


def _around(parsed: Parsed, offset: int, wanted: Callable[[Node], bool]) -> Node | None:
    place = parsed.byte(offset)
    # Of two nodes that touch, the one after the offset; at the end of all, the one before it.
    for start, end in ((place, place + 1), (max(place - 1, 0), place)):
        node = parsed.root.descendant_for_byte_range(start, min(end, len(parsed.data)))
        while node is not None and not wanted(node):
            node = node.parent
        if node is not None:
            return node
    return None


def _next_statement(node: Node, place: int) -> Node | None:
    for child in node.children:
        if child.end_byte > place:
            if child.start_byte >= place and _is_statement(child):
                return child
            if found := _next_statement(child, place):
                return found
    return None


def _inside(parsed: Parsed, offset: int, kinds: tuple[str, ...]) -> bool:
    place = parsed.byte(offset)
    node = parsed.root.descendant_for_byte_range(max(place - 1, 0), place)
    while node is not None:
        if any(kind in node.type for kind in kinds):
            # At the end of a line comment one still writes in it; after a closing mark not.
            open_end = "comment" in node.type and not _text(parsed, node).endswith(("*/", "-->"))
            if node.start_byte < place < node.end_byte or (place == node.end_byte and open_end):
                return True
        node = node.parent
    return False


def _text(parsed: Parsed, node: Node) -> str:
    return parsed.data[node.start_byte : node.end_byte].decode("utf-8", "replace").rstrip()


def _span(parsed: Parsed, node: Node) -> Span:
    start, end = parsed.offset(node.start_byte), parsed.offset(node.end_byte)
    return Span(start, end, node.type, node.is_missing)
