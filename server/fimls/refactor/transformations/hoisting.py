"""Whether an expression can be evaluated one line earlier, and kept in a variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimls.refactor.transformations.outside_names import names_in, replaced_attributes, shared_names
from fimls.syntax.evaluation_order import (
    BLOCKS,
    acts,
    before,
    descend,
    looks,
    statement_of,
    why_not_once,
)
from fimls.syntax.parsed_text import Parsed
from fimls.syntax.word_sets import words

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


_MADE_OF_PARTS = words(
    """
    attribute binary_operator boolean_operator call comparison_operator conditional_expression
    dictionary expression_list lambda list not_operator parenthesized_expression set subscript
    tuple unary_operator
    """
)
"""Expressions of which a selection may hold a part that is none: ``b + c`` of ``a + b + c``."""


def whole_expression(parsed: Parsed, start: int, end: int) -> Node | None:
    """Return the smallest expression around a selection that ends or begins within one.

    None where the selection is something by itself, or holds more than parts of an expression.
    """
    part = parsed.text[start:end]
    start += len(part) - len(part.lstrip())
    end -= len(part) - len(part.rstrip())
    if start >= end:
        return None
    first, last = parsed.byte(start), parsed.byte(end)
    node = parsed.root.named_descendant_for_byte_range(first, last)
    if node is None or (node.start_byte, node.end_byte) == (first, last):
        return None
    return node if node.type in _MADE_OF_PARTS and _is_value(node) else None


def shows_its_text(node: Node) -> bool:
    """Whether an expression stands in a place of an f-string that shows its source: ``{x=}``."""
    around = node.parent
    while around is not None and around.type not in BLOCKS:
        if around.type == "interpolation" and any(each.type == "=" for each in around.children):
            return True
        around = around.parent
    return False


def hoist(parsed: Parsed, start: int, end: int) -> Hoist | None:
    """Return whether a selected expression can be computed before its statement.

    A selection of some operands means the expression that has them. None where the selection is no
    expression, or one that is a variable already.
    """
    node = expression_node(parsed, start, end) or whole_expression(parsed, start, end)
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
        else _reason(parsed, node, statement),
    )


_VALUES = words(
    """
    array array_access attribute await call composite_literal concatenated_string dictionary
    dictionary_comprehension expression_list false field_access float integer lambda list
    list_comprehension method_invocation none number object set set_comprehension
    string subscript template_string true tuple
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
_GROUPS = words(
    """
    as_pattern_target expression_list list list_pattern list_splat list_splat_pattern
    parenthesized_expression pattern_list tuple tuple_pattern
    """
)


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
    role = _role(parent, node)
    if (parent.type in _TARGETS and role == "left") or _is_target(node):
        return False
    if role == "key" and parent.type == "pair":
        return parent.parent is not None and parent.parent.type == "dictionary"
    return role not in ("key", "property", "field", "type", "alias", "module_name", "source")


def _is_target(node: Node) -> bool:
    """Whether a place is meant, not its value: what is deleted, or what a loop or ``as`` sets."""
    parent = node.parent
    while parent is not None and parent.type in _GROUPS:
        node, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type in ("delete_statement", "as_pattern_target"):
        return True
    return parent.type in ("for_statement", "for_in_clause") and _role(parent, node) == "left"


def _role(parent: Node, node: Node) -> str | None:
    for index, child in enumerate(parent.children):
        if child.id == node.id:
            return parent.field_name_for_child(index)
    return None


def _reason(parsed: Parsed, node: Node, statement: Node) -> str | None:
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
    if shows_its_text(node):
        return "A string shows its text."
    block = statement.parent
    if block is not None and block.parent is not None and block.parent.type == "class_definition":
        return "A variable there would be a member of the class."
    if reason := why_not_once(node, statement):
        return reason
    names = names_in(parsed, node)
    given = (each for each in descend(statement) if each.type == "named_expression")
    if any(names & names_in(parsed, each) for each in given):
        return "The statement gives a variable a value that it may read."
    shared = shared_names(parsed)
    earlier = list(before(parsed, node, statement, replaced_attributes(parsed)))
    if acts(node) and any(looks(each) or names_in(parsed, each) & shared for each in earlier):
        return "Something before it in the statement is evaluated first."
    if (looks(node) or names & shared) and any(map(acts, earlier)):
        return "Something before it in the statement may change it."
    return None
