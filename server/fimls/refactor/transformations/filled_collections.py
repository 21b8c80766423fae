"""How a collection is filled, and what a loop and a comprehension both must leave alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from fimls.refactor.python_analysis.extracted_part import Unproved, part_of
from fimls.syntax.evaluation_order import descend
from fimls.syntax.parsed_text import Parsed

if TYPE_CHECKING:
    from tree_sitter import Node

Collection: TypeAlias = Literal["list", "set", "dict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """How a collection is filled.

    Attributes:
        start: offset where it begins: the assignment.
        end: offset after it.
        form: whether it is a loop or a comprehension now.
        collection: ``list``, ``set`` or ``dict``.
        target: the text before ``=``.
        name: the collection's name.
        clauses: ``for ... in ...`` and ``if ...``, outermost first.
        element: what is put into it; of a dict the value.
        key: of a dict the key, else empty.
        reason: why the other form would not do the same, or None.
    """

    start: int
    end: int
    form: Literal["loop", "comprehension"]
    collection: Collection
    target: str
    name: str
    clauses: tuple[str, ...]
    element: str
    key: str
    reason: str | None


def assignment_of(statement: Node) -> tuple[Node, Node] | None:
    """Return name and value of a statement that gives one name a value."""
    if statement.type != "expression_statement":
        return None
    node = statement.named_children[0]
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type != "assignment" or left is None or right is None or left.type != "identifier":
        return None
    return left, right


def why_not_apart(parsed: Parsed, first: Node, last: Node) -> str | None:
    """Say why something else may see a collection while it is filled, or None."""
    try:
        part = part_of(parsed, parsed.offset(first.start_byte), parsed.offset(last.end_byte))
    except Unproved as error:
        return str(error)
    return f"`{part.world[0]}` is global, and what is called may read it." if part.world else None


def is_bound(parsed: Parsed, name: str) -> bool:
    """Whether a text may give a builtin's name another meaning."""
    binding = rf"(?:def|class|as|import)\s+{name}\b|\b{name}\s*[=,:]"
    return re.search(binding, parsed.text) is not None


def targets_of(clause: Node) -> list[Node]:
    """Return the names that a ``for`` clause binds."""
    left = clause.child_by_field_name("left")
    return [each for each in descend(left) if each.type == "identifier"] if left else []


KINDS: dict[str, Collection] = {
    "dictionary_comprehension": "dict",
    "list_comprehension": "list",
    "set_comprehension": "set",
}
