"""Python's loops that fill a collection, and the comprehensions that do the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fimls.refactor.transformations.filled_collections import (
    Collection,
    Filling,
    assignment_of,
    is_bound,
    why_not_apart,
)
from fimls.refactor.transformations.loops import comprehension_as_loop
from fimls.syntax.evaluation_order import BLOCKS, acts, descend
from fimls.syntax.parsed_text import Parsed
from fimls.syntax.variable_occurrences import Variable, variable_at

if TYPE_CHECKING:
    from tree_sitter import Node


def filling_at(parsed: Parsed, offset: int) -> Filling | None:
    """Return the loop or the comprehension that fills a collection, at an offset of Python."""
    place = parsed.byte(offset)
    for start in (place, max(place - 1, 0)):
        node = parsed.root.descendant_for_byte_range(start, min(start + 1, len(parsed.data)))
        while node is not None and node.parent is not None:
            if node.parent.type in BLOCKS and (found := _filling(parsed, node)):
                return found
            node = node.parent
    return None


def _filling(parsed: Parsed, statement: Node) -> Filling | None:
    following = statement.next_named_sibling
    if statement.type == "for_statement" and statement.prev_named_sibling is not None:
        return _loop(parsed, statement.prev_named_sibling, statement)
    if statement.type != "expression_statement":
        return None
    loop = following if following is not None and following.type == "for_statement" else None
    found = _loop(parsed, statement, loop) if loop is not None else None
    return found or comprehension_as_loop(parsed, statement)


_EMPTY: dict[str, Collection] = {
    "[]": "list",
    "list()": "list",
    "{}": "dict",
    "dict()": "dict",
    "set()": "set",
}
_METHODS: dict[str, Collection] = {"append": "list", "add": "set"}
_OF_THE_FUNCTION = frozenset({"__class__", "dir", "eval", "exec", "locals", "super", "vars"})
"""What depends on the function that it stands in: before Python 3.12 a comprehension is one."""
_LOOSE = frozenset({"conditional_expression", "expression_list", "lambda", "named_expression"})
"""What needs brackets in a clause."""


def _loop(parsed: Parsed, assignment: Node, loop: Node) -> Filling | None:
    assigned = assignment_of(assignment)
    kind = _EMPTY.get(parsed.text_of(assigned[1])) if assigned else None
    if assigned is None or kind is None:
        return None
    if parsed.text_of(assigned[1]).endswith(")") and is_bound(parsed, kind):
        return None
    name = parsed.text_of(assigned[0])
    clauses: list[str] = []
    parts: list[Node] = []
    targets: list[Node] = []
    node: Node | None = loop
    while node is not None and node.type in ("for_statement", "if_statement"):
        if node.child_by_field_name("alternative") is not None or node.children[0].type == "async":
            return None
        if node.type == "for_statement":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is None or right is None:
                return None
            clauses.append(f"for {parsed.text_of(left)} in {_clause(parsed, right)}")
            targets.append(left)
            parts.append(right)
            body = node.child_by_field_name("body")
        else:
            condition = node.child_by_field_name("condition")
            if condition is None:
                return None
            clauses.append(f"if {_clause(parsed, condition)}")
            parts.append(condition)
            body = node.child_by_field_name("consequence")
        inside = [c for c in body.named_children if c.type != "comment"] if body else []
        node = inside[0] if len(inside) == 1 else None
    put = _put(parsed, node, name) if node is not None else None
    if put is None or put[0] != kind:
        return None
    _, key, element = put
    parts += [each for each in (key, element) if each is not None]
    whole = parsed.offset(assignment.start_byte)
    return Filling(
        start=whole,
        end=parsed.offset(loop.end_byte),
        form="loop",
        collection=kind,
        target=parsed.text[whole : parsed.offset(assigned[1].start_byte)]
        .rstrip()
        .removesuffix("="),
        name=name,
        clauses=tuple(clauses),
        element=parsed.text_of(element),
        key=parsed.text_of(key) if key is not None else "",
        reason=_why_no_comprehension(parsed, name, assignment, loop, parts, targets, key, element),
    )


def _put(parsed: Parsed, node: Node, name: str) -> tuple[Collection, Node | None, Node] | None:
    """Return what a statement puts into a collection: its kind, a key, an element."""
    if node.type != "expression_statement":
        return None
    inner = node.named_children[0]
    if inner.type == "assignment":
        left, right = inner.child_by_field_name("left"), inner.child_by_field_name("right")
        if left is None or right is None or left.type != "subscript":
            return None
        value, keys = left.child_by_field_name("value"), left.children_by_field_name("subscript")
        if (
            value is None
            or parsed.text_of(value) != name
            or len(keys) != 1
            or right.type == "assignment"
        ):
            return None
        return None if keys[0].type == "slice" else ("dict", keys[0], right)
    function, arguments = (
        inner.child_by_field_name("function"),
        inner.child_by_field_name("arguments"),
    )
    if inner.type != "call" or function is None or arguments is None:
        return None
    method = parsed.text_of(function).removeprefix(f"{name}.")
    elements = arguments.named_children
    if arguments.type != "argument_list" or len(elements) != 1 or method not in _METHODS:
        return None
    if parsed.text_of(function) == method or elements[0].type in ("keyword_argument", "list_splat"):
        return None
    return _METHODS[method], None, elements[0]


def _why_no_comprehension(
    parsed: Parsed,
    name: str,
    assignment: Node,
    loop: Node,
    parts: list[Node],
    targets: list[Node],
    key: Node | None,
    element: Node,
) -> str | None:
    everything = [each for part in parts for each in descend(part)]
    if any(each.type == "comment" for each in (*descend(loop), *_between(assignment, loop))):
        return "A comment in the loop would be lost."
    if any(each.type == "identifier" and parsed.text_of(each) == name for each in everything):
        return f"The loop reads `{name}` while it fills it."
    if any(each.type in ("await", "named_expression", "yield") for each in everything):
        return "The loop does more than a comprehension can."
    if key is not None and acts(key) and acts(element):
        return "Key and value would be evaluated in another order."
    if any(
        parsed.text_of(each) in _OF_THE_FUNCTION for each in everything if each.type == "identifier"
    ):
        return "It means something else in a comprehension."
    for target in targets:
        for each in descend(target):
            if each.type != "identifier":
                continue
            variable = variable_at(parsed, parsed.offset(each.start_byte))
            if variable is None:
                return f"`{parsed.text_of(each)}` can be used elsewhere after the loop."
            if reason := _leaks(parsed, variable, loop):
                return reason
    return why_not_apart(parsed, assignment, loop)


def _leaks(parsed: Parsed, variable: Variable, loop: Node) -> str | None:
    start, end = parsed.offset(loop.start_byte), parsed.offset(loop.end_byte)
    if variable.doubt:
        return variable.doubt
    if any(not start <= place.start < end for place in variable.places):
        return f"`{variable.name}` is used outside the loop, too."
    return None


def _between(first: Node, second: Node) -> list[Node]:
    found: list[Node] = []
    node = first.next_sibling
    while node is not None and node.id != second.id:
        found.append(node)
        node = node.next_sibling
    return found


def _clause(parsed: Parsed, node: Node) -> str:
    return f"({parsed.text_of(node)})" if node.type in _LOOSE else parsed.text_of(node)
