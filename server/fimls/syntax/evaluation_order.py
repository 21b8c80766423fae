"""What an expression does when it is evaluated, and when that happens in its statement.

An expression may be moved to another place only if it means the same there. These are the
questions behind that; where a grammar has a node that is not known here, the answer is the one
that forbids more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from fimls.syntax.parsed_text import Parsed
from fimls.syntax.word_sets import words

if TYPE_CHECKING:
    from tree_sitter import Node

BLOCKS = words(
    """
    block constructor_body module program statement_block statement_list
    switch_block_statement_group
    """
)
"""Nodes whose children are statements, one after the other."""

FUNCTIONS = words(
    """
    arrow_function class_body class_declaration class_definition closure_expression
    constructor_declaration func_literal function_declaration function_definition
    function_expression function_item generator_function generator_function_declaration lambda
    lambda_expression method_declaration method_definition
    """
)
"""Nodes whose inside is evaluated at another time than they are."""

LOOPS = words(
    """
    dictionary_comprehension do_statement enhanced_for_statement for_expression for_in_statement
    for_statement generator_expression list_comprehension loop_expression set_comprehension
    while_expression while_statement
    """
)
"""Nodes whose inside is evaluated again and again."""

_ACTS = words(
    """
    assignment assignment_expression assignment_statement augmented_assignment
    augmented_assignment_expression await await_expression call call_expression
    compound_assignment_expr dec_statement delete_statement for_statement import_from_statement
    import_statement inc_statement macro_invocation method_invocation named_expression
    new_expression object_creation_expression raise_statement send_statement tagged_template
    try_expression update_expression with_clause yield yield_expression
    """
)
"""Nodes that do something, or may."""

_LOOKS = words(
    """
    array_access attribute binary_expression binary_operator boolean_operator
    comparison_operator field_access field_expression index_expression interpolation
    member_expression not_operator selector_expression slice_expression subscript
    subscript_expression template_substitution type_assertion_expression unary_expression
    unary_operator
    """
)
"""Nodes whose value depends on what an object is at that moment."""

_MAKES = frozenset(
    {
        "array",
        "array_creation_expression",
        "array_expression",
        "composite_literal",
        "dictionary",
        "dictionary_comprehension",
        "generator_expression",
        "list",
        "list_comprehension",
        "object",
        "regex",
        "set",
        "set_comprehension",
        "struct_expression",
        *FUNCTIONS,
    }
)
"""Nodes that make a new object each time."""

_CASES = words(
    """
    assert_statement case_clause catch_clause communication_case elif_clause else_clause
    except_clause except_group_clause let_chain switch_case
    """
)
"""Nodes whose parts are evaluated in some cases only; the first of an assertion always."""

_SOMETIMES = {
    "&&": "right",
    "||": "right",
    "??": "right",
    "and": "right",
    "or": "right",
}


_MADE = {
    "class_definition": ("superclasses",),
    "decorated_definition": ("definition",),
    "default_parameter": ("value",),
    "function_definition": ("parameters",),
    "typed_default_parameter": ("value",),
}
"""What is evaluated when Python makes a function or a class: its defaults, its bases."""


def acts(node: Node) -> bool:
    """Whether evaluating an expression may do anything but look."""
    return any(each.type in _ACTS for each in descend(node))


def looks(node: Node) -> bool:
    """Whether the value of an expression depends on more than names and literals."""
    return any(each.type in _LOOKS or each.type in _ACTS for each in descend(node))


def makes(node: Node) -> bool:
    """Whether an expression's value is a new object each time."""
    return any(each.type in _MAKES for each in descend(node))


def descend(node: Node) -> Iterator[Node]:
    """Yield a node and all that is in it."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(current.named_children)


def statement_of(node: Node) -> Node | None:
    """Return the statement that an expression belongs to: it stands in a block itself."""
    while node.parent is not None:
        if node.parent.type in BLOCKS:
            return node
        node = node.parent
    return None


def why_not_once(node: Node, statement: Node) -> str | None:
    """Say why an expression is not evaluated exactly once when its statement is, or None."""
    child = node
    while child.id != statement.id:
        parent = child.parent
        if parent is None:
            return "It is not part of a statement."
        if reason := _hindrance(parent, child):
            return reason
        child = parent
    return None


def before(
    parsed: Parsed, node: Node, statement: Node, replaced: Collection[str] = ()
) -> Iterator[Node]:
    """Yield what is evaluated before an expression in its statement.

    What is called counts only where it acts itself, or is an attribute that may be `replaced`.
    """
    child = node
    while child.id != statement.id and child.parent is not None:
        parent = child.parent
        for sibling in parent.named_children:
            if sibling.end_byte <= child.start_byte and not _is_passed_over(
                parsed, parent, sibling, replaced
            ):
                yield sibling
        if parent.type == "assignment" and _is_field(parent, "left", child):
            yield from _before_target(parent)
        child = parent


def _before_target(assignment: Node) -> Iterator[Node]:
    """Yield what Python evaluates before a target: the value, and the targets on its left."""
    value = assignment.child_by_field_name("right")
    if value is not None:
        yield value
    outer = assignment.parent
    while outer is not None and outer.type == "assignment":
        left = outer.child_by_field_name("left")
        if left is not None:
            yield left
        outer = outer.parent


def _is_passed_over(parsed: Parsed, parent: Node, sibling: Node, replaced: Collection[str]) -> bool:
    """Whether something on the left does not count.

    It is the target of Python's assignment, which comes last, or the name of what is called.
    """
    if parent.type == "assignment" and _is_field(parent, "left", sibling):
        return True
    called = any(_is_field(parent, name, sibling) for name in ("function", "object", "constructor"))
    name = parsed.text_of(sibling).rpartition(".")[2]
    return called and name not in replaced and not acts(sibling)


def _is_field(parent: Node, name: str, child: Node) -> bool:
    return any(each.id == child.id for each in parent.children_by_field_name(name))


def _hindrance(parent: Node, child: Node) -> str | None:
    kind = parent.type
    if kind == "parameters":
        return None
    if kind in _MADE and any(_is_field(parent, name, child) for name in _MADE[kind]):
        return None
    if kind in FUNCTIONS:
        return "It is evaluated when the function inside is called."
    if kind in LOOPS:
        if child.type == "range_clause":
            return None
        if any(_is_field(parent, name, child) for name in ("right", "value", "initializer")) and (
            kind != "for_statement" or not parent.child_by_field_name("condition")
        ):
            return None
        return "It is evaluated in every round of a loop."
    if kind in ("for_in_clause", "if_clause", "range_clause"):
        inside = kind == "range_clause" and _is_field(parent, "right", child)
        return None if inside else "It is evaluated in every round of a loop."
    if kind == "for_clause":
        return "It is evaluated in every round of a loop."
    sometimes = "It is evaluated only in some cases."
    if kind in ("binary_expression", "boolean_operator"):
        operator = parent.child_by_field_name("operator")
        side = _SOMETIMES.get(operator.type) if operator is not None else None
        return sometimes if side and _is_field(parent, side, child) else None
    if kind in ("ternary_expression", "if_statement", "if_expression"):
        first = parent.child_by_field_name("condition")
        setup = parent.child_by_field_name("initializer")
        plain = first is not None and first.id == child.id and setup is None
        return None if plain else sometimes
    if kind == "conditional_expression":
        return None if parent.named_children[1].id == child.id else sometimes
    if kind == "comparison_operator":
        names = parent.named_children
        return sometimes if len(names) > 2 and child.id not in (names[0].id, names[1].id) else None
    if kind in ("match_statement", "match_expression", "switch_statement", "switch_expression"):
        named = ("subject", "value", "condition")
        return None if any(_is_field(parent, name, child) for name in named) else sometimes
    if kind in ("expression_switch_statement", "type_switch_statement"):
        plain = _is_field(parent, "value", child) and not parent.child_by_field_name("initializer")
        return None if plain else sometimes
    if kind in _CASES:
        first = parent.named_children[0]
        return None if kind == "assert_statement" and first.id == child.id else sometimes
    if kind in ("member_expression", "call_expression", "subscript_expression") and (
        parent.child_by_field_name("optional_chain") or _has_chain(parent)
    ):
        return None if _is_field(parent, "object", child) else sometimes
    if kind == "with_clause":
        return None if parent.named_children[0].id == child.id else sometimes
    if kind == "as_pattern":
        return None
    if kind in ("token_tree", "macro_invocation"):
        return "It is part of a macro."
    if kind.endswith(("_definition", "_body", "pattern", "parameter", "parameters", "decorator")):
        return "It is not part of a statement."
    return None


def _has_chain(call: Node) -> bool:
    function = call.child_by_field_name("function")
    return function is not None and function.child_by_field_name("optional_chain") is not None
