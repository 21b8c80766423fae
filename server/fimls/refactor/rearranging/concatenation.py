"""Strings that JavaScript puts together with ``+``, and the template that gives the same.

Same means: for every value whose ``valueOf`` is not something else than its ``toString``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimls.syntax.order import descend
from fimls.syntax.parsed import Parsed

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Concatenation:
    """Strings and other values, put together.

    Attributes:
        start: offset of the first character.
        end: offset after the last character.
        result: the template.
        reason: why there is none, or None.
    """

    start: int
    end: int
    result: str
    reason: str | None


def concatenation_at(parsed: Parsed, offset: int) -> Concatenation | None:
    """Return the concatenation around an offset, if at least one part of it is a string."""
    place = parsed.byte(offset)
    for start in (place, max(place - 1, 0)):
        node = parsed.root.descendant_for_byte_range(start, min(start + 1, len(parsed.data)))
        while node is not None and not _is_sum(node):
            if node.type.endswith(("_statement", "_block", "declaration")):
                node = None
                break
            node = node.parent
        while node is not None and node.parent is not None and _is_sum(node.parent):
            node = node.parent
        if node is not None and (found := _concatenation(parsed, node)):
            return found
    return None


_STRINGS = ("string", "template_string")


def _is_sum(node: Node) -> bool:
    operator = node.child_by_field_name("operator")
    return node.type == "binary_expression" and operator is not None and operator.type == "+"


def _concatenation(parsed: Parsed, node: Node) -> Concatenation | None:
    parts: list[Node] = []
    left = node
    while _is_sum(left):
        first, second = left.child_by_field_name("left"), left.child_by_field_name("right")
        if first is None or second is None:
            return None
        parts.insert(0, second)
        left = first
    parts.insert(0, left)
    strings = [index for index, part in enumerate(parts) if part.type in _STRINGS]
    if not strings or len(strings) == len(parts):
        return None
    # Before the first string, ``+`` may add numbers: that stays one value.
    first = strings[0]
    pieces: list[str] = []
    if first > 1:
        start, end = parts[0].start_byte, parts[first - 1].end_byte
        pieces.append(f"${{{parsed.data[start:end].decode('utf-8', 'replace')}}}")
        parts = parts[first:]
    pieces.extend(_piece(part) for part in parts)
    reason = None
    if any("comment" in each.type for each in descend(node)):
        reason = "A comment in it would be lost."
    return Concatenation(
        start=parsed.offset(node.start_byte),
        end=parsed.offset(node.end_byte),
        result=f"`{''.join(pieces)}`",
        reason=reason,
    )


def _piece(part: Node) -> str:
    text = (part.text or b"").decode("utf-8", "replace")
    if part.type == "template_string":
        return text[1:-1]
    if part.type == "string":
        return text[1:-1].replace("`", "\\`").replace("${", "\\${")
    if part.type == "parenthesized_expression" and part.named_children[0].type != (
        "sequence_expression"
    ):
        text = text[1:-1].strip()
    return f"${{{text}}}"
