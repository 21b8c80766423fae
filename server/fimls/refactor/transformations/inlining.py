"""Whether a variable can be replaced by the value that it is given, and what that makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimls.refactor.transformations.value_moves import why_not_same
from fimls.syntax.evaluation_order import (
    BLOCKS,
    descend,
    statement_of,
)
from fimls.syntax.parsed_text import Parsed
from fimls.syntax.variable_occurrences import Occurrence, Variable, variable_at
from fimls.syntax.word_sets import words

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Inlining:
    """A variable and the value that could stand in its places.

    Attributes:
        name: the variable's name.
        start: offset where the line of its declaration begins.
        end: offset after the last line of its declaration, with that line's end.
        value: the text of the value.
        places: where the name is read, and whether the value needs parentheses there.
        reason: why it cannot be done, as a short sentence, or None.
    """

    name: str
    start: int
    end: int
    value: str
    places: tuple[tuple[Occurrence, bool], ...]
    reason: str | None


def inlining_at(parsed: Parsed, offset: int) -> Inlining | None:
    """Return what inlining the variable at an offset means; None where it has no such value.

    Only local variables count that are declared by a statement of their own.
    """
    variable = variable_at(parsed, offset)
    if variable is None or variable.parameter:
        return None
    bound = next(place for place in variable.places if place.role == "bound")
    name = _node(parsed, bound)
    statement = statement_of(name)
    value = _value(name, statement) if statement is not None else None
    if statement is None or value is None:
        return None
    reads = [place for place in variable.places if place.role == "read"]
    places = tuple((place, _needs_parentheses(value, _node(parsed, place))) for place in reads)
    start, end = _lines(parsed.text, parsed, statement)
    return Inlining(
        name=variable.name,
        start=start,
        end=end,
        value=parsed.text[parsed.offset(value.start_byte) : parsed.offset(value.end_byte)],
        places=places,
        reason=_reason(parsed, variable, statement, value, reads),
    )


_ATOMS = words(
    """
    attribute call dictionary false identifier list list_comprehension none
    parenthesized_expression set string subscript true
    """
)
_NUMBERS = frozenset({"float", "integer"})
_CONTAINERS = words(
    """
    argument_list list parenthesized_expression return_statement
    """
)
_WIDE = frozenset({"expression_list", "generator_expression", "lambda", "tuple", "yield"})
"""What a container's comma or bracket could take apart."""


def _value(name: Node, statement: Node) -> Node | None:
    """Return the value that a declaration gives one name, if that is all it does."""
    parent = name.parent
    if parent is None:
        return None
    if parent.type == "assignment" and statement.type == "expression_statement":
        value = parent.child_by_field_name("right")
        plain = parent.parent is not None and parent.parent.id == statement.id
        if not plain or value is None or value.type == "assignment":
            return None
        return value if parent.child_by_field_name("left") == name else None
    return None


def _reason(
    parsed: Parsed,
    variable: Variable,
    statement: Node,
    value: Node,
    reads: list[Occurrence],
) -> str | None:
    if variable.doubt:
        return variable.doubt
    if sum(place.role == "bound" for place in variable.places) > 1:
        return f"`{variable.name}` gets a new value somewhere."
    if not reads:
        return f"`{variable.name}` is never read."
    if not _stands_alone(parsed, statement):
        return "Its line has other code or a comment."
    if any("comment" in each.type for each in descend(value)):
        return "A comment in its value would be lost."
    if any(each.type.startswith("yield") for each in descend(value)):
        return "Its value yields."
    nodes = [_node(parsed, place) for place in reads]
    if any(not _is_inside(statement.parent, node) for node in nodes):
        return f"`{variable.name}` is read outside the block that it is declared in."
    if reads[0].start < parsed.offset(statement.end_byte):
        return f"`{variable.name}` is read before it is declared."
    plain = value.type in ("identifier", "integer", "attribute")
    if not plain and any(_in_text(node) for node in nodes):
        return "A string shows it, where its value cannot stand."
    return why_not_same(parsed, statement, value, nodes)


def _stands_alone(parsed: Parsed, statement: Node) -> bool:
    text = parsed.text
    start, end = _lines(text, parsed, statement)
    first, last = parsed.offset(statement.start_byte), parsed.offset(statement.end_byte)
    return not text[start:first].strip() and not text[last:end].strip().strip(";")


def _lines(text: str, parsed: Parsed, statement: Node) -> tuple[int, int]:
    start, end = parsed.offset(statement.start_byte), parsed.offset(statement.end_byte)
    start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    ends = [at for at in (text.find("\n", end), text.find("\r", end)) if at >= 0]
    end = min(ends) if ends else len(text)
    return start, end + (2 if text[end : end + 2] == "\r\n" else 1 if ends else 0)


def _needs_parentheses(value: Node, place: Node) -> bool:
    parent = place.parent
    if value.type in _ATOMS:
        return False
    if value.type in _NUMBERS:
        return parent is not None and parent.type == "attribute"
    if parent is not None and parent.type in ("assignment", "pair", "keyword_argument"):
        return value.type in _WIDE or parent.child_by_field_name("left") == place
    if parent is not None and parent.type in _CONTAINERS:
        return value.type in _WIDE
    return True


def _in_text(node: Node) -> bool:
    parent = node.parent
    while parent is not None and parent.type not in BLOCKS:
        if parent.type == "interpolation":
            return True
        parent = parent.parent
    return False


def _is_inside(outer: Node | None, node: Node) -> bool:
    return outer is not None and outer.start_byte <= node.start_byte < outer.end_byte


def _node(parsed: Parsed, place: Occurrence) -> Node:
    first, last = parsed.byte(place.start), parsed.byte(place.end)
    node = parsed.root.descendant_for_byte_range(first, last)
    assert node is not None, "a place of a variable is a node of the same tree"
    return node
