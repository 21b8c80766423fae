"""Whether an expression can be evaluated one line earlier, and kept in a variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimls.syntax.order import BLOCKS, acts, before, descend, looks, statement_of, why_not_once
from fimls.syntax.parsed import Parsed
from fimls.syntax.words import words

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Hoist:
    """An expression that somebody selected.

    Attributes:
        start: offset of its first character.
        end: offset after its last character.
        line: offset where the line begins before which its value can be computed.
        indent: the blanks that line begins with.
        reason: why it cannot be computed there, as a short sentence, or None.
    """

    start: int
    end: int
    line: int
    indent: str
    reason: str | None


def expression_node(parsed: Parsed, start: int, end: int) -> Node | None:
    """Return the expression that is exactly a part of the text, blanks around it aside."""
    part = parsed.text[start:end]
    start += len(part) - len(part.lstrip())
    end -= len(part) - len(part.rstrip())
    if start >= end:
        return None
    first, last = parsed.byte(start), parsed.byte(end)
    node = parsed.root.named_descendant_for_byte_range(first, last)
    if node is None or (node.start_byte, node.end_byte) != (first, last):
        return None
    return node if _is_value(node) else None


def hoist(parsed: Parsed, language_id: str, start: int, end: int) -> Hoist | None:
    """Return whether a selected expression can be computed before its statement.

    None where the selection is no expression, or one that is a variable already.
    """
    node = expression_node(parsed, start, end)
    if node is None or node.type == "identifier":
        return None
    statement = statement_of(node)
    if statement is None or statement.id == node.id:
        return None
    text = parsed.text
    place = parsed.offset(statement.start_byte)
    line = max(text.rfind("\n", 0, place), text.rfind("\r", 0, place)) + 1
    return Hoist(
        start=parsed.offset(node.start_byte),
        end=parsed.offset(node.end_byte),
        line=line,
        indent=text[line:place],
        reason="Its line has other code before it."
        if text[line:place].strip()
        else _reason(language_id, node, statement),
    )


_VALUES = words(
    """
    array array_access attribute await call composite_literal concatenated_string dictionary
    dictionary_comprehension field_access float integer list list_comprehension
    method_invocation number object set set_comprehension string subscript template_string tuple
    """
)
_NOT_VALUES = words(
    """
    assignment_expression augmented_assignment_expression break_expression closure_expression
    compound_assignment_expr continue_expression for_expression generator_expression
    lambda_expression let_condition loop_expression named_expression return_expression
    sequence_expression spread_element update_expression while_expression yield_expression
    """
)
_TARGETS = words(
    """
    assignment assignment_expression assignment_statement augmented_assignment
    augmented_assignment_expression compound_assignment_expr short_var_declaration
    """
)
_PLACES = frozenset({"field_expression", "index_expression"})
"""What Rust would move out of its owner."""


def _is_value(node: Node) -> bool:
    kind = node.type
    if kind in _NOT_VALUES or not node.is_named:
        return False
    if not (kind in _VALUES or kind.endswith(("_expression", "_operator", "_literal"))):
        return False
    parent = node.parent
    while parent is not None and parent.type in ("expression_list", "pattern_list"):
        node, parent = parent, parent.parent
    if parent is None or "pattern" in parent.type or "type" in parent.type.split("_"):
        return False
    roles = [_role(parent, node)]
    if parent.type in _TARGETS and "left" in roles:
        return False
    return roles[0] not in ("key", "property", "field", "type", "alias", "module_name", "source")


def _role(parent: Node, node: Node) -> str | None:
    for index, child in enumerate(parent.children):
        if child.id == node.id:
            return parent.field_name_for_child(index)
    return None


def _reason(language: str, node: Node, statement: Node) -> str | None:
    parent = node.parent
    role = _role(parent, node) if parent is not None else None
    if statement.has_error:
        return "Its statement has a syntax error."
    if parent is not None and role in ("function", "constructor"):
        return "It is called there, and what it is called on would be lost."
    if parent is not None and parent.type in (
        "defer_statement",
        "expression_statement",
        "go_statement",
        "await_expression",
        "await",
    ):
        return "Nothing reads its value by itself."
    if any(each.type in ("yield", "yield_expression") for each in descend(node)):
        return "It yields."
    if reason := why_not_once(node, statement):
        return reason
    earlier = list(before(node, statement))
    if acts(node) and any(map(looks, earlier)):
        return "Something before it in the statement is evaluated first."
    if looks(node) and any(map(acts, earlier)):
        return "Something before it in the statement may change it."
    return _reason_of_types(language, node, statement)


def _reason_of_types(language: str, node: Node, statement: Node) -> str | None:
    """Say why a variable of its value's own type would not do, or None."""
    if language in ("go", "rust", "java"):
        if statement.parent is None or statement.parent.type not in BLOCKS - {"module", "program"}:
            return "It is not inside a function."
        if not any("identifier" in each.type for each in descend(node)) and language == "go":
            return "A constant takes its type from where it is used."
    if language == "java" and (
        node.type in ("null_literal", "array_initializer")
        or all(each.type.endswith(("literal", "_expression")) for each in descend(node))
    ):
        return "Its type depends on where it is used."
    if language == "rust" and node.type in _PLACES:
        return "A variable would move it out of its owner."
    if language == "go" and node.type == "call_expression" and _may_be_several(node, statement):
        return "It may have more than one value."
    return None


def _may_be_several(node: Node, statement: Node) -> bool:
    parent = node.parent
    if parent is None or parent.named_child_count != 1:
        return False
    left = statement.child_by_field_name("left")
    return parent.type == "argument_list" or (
        parent.type == "expression_list"
        and (
            statement.type == "return_statement"
            or (left is not None and left.named_child_count > 1)
        )
    )
