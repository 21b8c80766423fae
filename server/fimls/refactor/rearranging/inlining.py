"""Whether a variable can be replaced by the value that it is given, and what that makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimls.refactor.rearranging.moving import why_not_same
from fimls.syntax.order import (
    BLOCKS,
    descend,
    statement_of,
)
from fimls.syntax.parsed import Parsed
from fimls.syntax.variables import Place, Variable, variable_at
from fimls.syntax.words import words

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
    places: tuple[tuple[Place, bool], ...]
    reason: str | None


def inlining_at(parsed: Parsed, language_id: str, offset: int) -> Inlining | None:
    """Return what inlining the variable at an offset means; None where it has no such value.

    Only local variables count that are declared by a statement of their own.
    """
    variable = variable_at(parsed, language_id, offset)
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
        reason=_reason(parsed, language_id, variable, statement, value, reads),
    )


_ATOMS = words(
    """
    array array_access attribute call call_expression dictionary false field_access
    field_expression identifier index_expression interpreted_string_literal list
    list_comprehension member_expression method_invocation none null parenthesized_expression
    selector_expression set string string_literal subscript subscript_expression template_string
    true
    """
)
_NUMBERS = words(
    """
    decimal_integer_literal float int_literal integer integer_literal number
    """
)
_CONTAINERS = words(
    """
    argument_list arguments array let_declaration list local_variable_declaration
    parenthesized_expression return_statement template_substitution variable_declarator
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
    if parent.type == "variable_declarator" and statement.type in (
        "lexical_declaration",
        "local_variable_declaration",
        "variable_declaration",
    ):
        declared = [each for each in statement.named_children if each.type == parent.type]
        return parent.child_by_field_name("value") if len(declared) == 1 else None
    if parent.type == "let_declaration" and not parent.child_by_field_name("alternative"):
        return parent.child_by_field_name("value")
    if parent.type == "expression_list" and statement.type == "short_var_declaration":
        right = statement.child_by_field_name("right")
        one = parent.named_child_count == 1 and right is not None and right.named_child_count == 1
        return right.named_children[0] if one and right is not None else None
    return None


def _reason(
    parsed: Parsed,
    language: str,
    variable: Variable,
    statement: Node,
    value: Node,
    reads: list[Place],
) -> str | None:
    if variable.doubt:
        return variable.doubt
    if any(place.role == "written" for place in variable.places) or (
        sum(place.role == "bound" for place in variable.places) > 1
    ):
        return f"`{variable.name}` gets a new value somewhere."
    if not reads:
        return f"`{variable.name}` is never read."
    if not _stands_alone(parsed, statement):
        return "Its line has other code or a comment."
    if any("comment" in each.type for each in descend(value)):
        return "A comment in its value would be lost."
    if _typed(statement, value):
        return f"The type that `{variable.name}` is declared with may change its value."
    if any(each.type.startswith("yield") for each in descend(value)):
        return "Its value yields."
    nodes = [_node(parsed, place) for place in reads]
    if "script" in language and any(
        _begins_statement(node) and value.type not in _ATOMS for node in nodes
    ):
        return "A line would begin with its value."
    if any(not _is_inside(statement.parent, node) for node in nodes):
        return f"`{variable.name}` is read outside the block that it is declared in."
    if reads[0].start < parsed.offset(statement.end_byte):
        return f"`{variable.name}` is read before it is declared."
    if (
        language == "python"
        and any(_in_text(node) for node in nodes)
        and not value.type.endswith(("identifier", "integer", "attribute"))
    ):
        return "A string shows it, where its value cannot stand."
    return why_not_same(parsed, language, statement, value, nodes)


def _typed(statement: Node, value: Node) -> bool:
    """Whether a declared type may convert the value."""
    declarators = [statement]
    if statement.type == "local_variable_declaration":
        declared = statement.child_by_field_name("type")
        kind = _text(declared) if declared is not None else ""
        made = value.child_by_field_name("type")
        if kind in ("var", "boolean"):
            return False
        if value.type == "string_literal":
            return kind != "String"
        return value.type != "object_creation_expression" or made is None or _text(made) != kind
    for child in statement.named_children:
        declarators.extend(child.named_children)
    return any(each.type in ("type", "type_annotation") for each in declarators) or (
        statement.type == "let_declaration" and statement.child_by_field_name("type") is not None
    )


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
        return parent is not None and parent.type in ("attribute", "member_expression")
    if parent is not None and parent.type in ("assignment", "pair", "keyword_argument"):
        return value.type in _WIDE or parent.child_by_field_name("left") == place
    if parent is not None and parent.type in _CONTAINERS:
        return value.type in _WIDE
    return not (parent is not None and parent.type == "expression_list" and _is_go(parent))


def _is_go(node: Node) -> bool:
    return (
        node.parent is not None
        and node.parent.type
        in (
            "return_statement",
            "short_var_declaration",
        )
        and node.parent.parent is not None
        and node.parent.parent.type == "statement_list"
    )


def _in_text(node: Node) -> bool:
    parent = node.parent
    while parent is not None and parent.type not in BLOCKS:
        if parent.type == "interpolation":
            return True
        parent = parent.parent
    return False


def _begins_statement(node: Node) -> bool:
    """Whether a statement's text begins with a node: JavaScript may join it to the line above."""
    statement = statement_of(node)
    return statement is not None and statement.start_byte == node.start_byte


def _is_inside(outer: Node | None, node: Node) -> bool:
    return outer is not None and outer.start_byte <= node.start_byte < outer.end_byte


def _node(parsed: Parsed, place: Place) -> Node:
    first, last = parsed.byte(place.start), parsed.byte(place.end)
    node = parsed.root.descendant_for_byte_range(first, last)
    assert node is not None, "a place of a variable is a node of the same tree"
    return node


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
