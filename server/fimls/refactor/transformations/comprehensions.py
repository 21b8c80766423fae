"""Python's loops that fill a collection, and the comprehensions that do the same."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from fimls.refactor.python_analysis.extracted_part import Unproved, part_of
from fimls.refactor.python_analysis.function_tree import function_around
from fimls.syntax.evaluation_order import BLOCKS, acts, descend
from fimls.syntax.parsed_text import Parsed
from fimls.syntax.variable_occurrences import Variable, variable_at, variables_of

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
    return found or _comprehension(parsed, statement)


_EMPTY: dict[str, Collection] = {
    "[]": "list",
    "list()": "list",
    "{}": "dict",
    "dict()": "dict",
    "set()": "set",
}
_KINDS: dict[str, Collection] = {
    "dictionary_comprehension": "dict",
    "list_comprehension": "list",
    "set_comprehension": "set",
}
_METHODS: dict[str, Collection] = {"append": "list", "add": "set"}
_OF_THE_FUNCTION = frozenset({"__class__", "dir", "eval", "exec", "locals", "super", "vars"})
"""What depends on the function that it stands in: before Python 3.12 a comprehension is one."""
_LOOSE = frozenset({"conditional_expression", "expression_list", "lambda", "named_expression"})
"""What needs brackets in a clause."""


def _assigned(statement: Node) -> tuple[Node, Node] | None:
    """Return name and value of a statement that gives one name a value."""
    if statement.type != "expression_statement":
        return None
    node = statement.named_children[0]
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type != "assignment" or left is None or right is None or left.type != "identifier":
        return None
    return left, right


def _loop(parsed: Parsed, assignment: Node, loop: Node) -> Filling | None:
    assigned = _assigned(assignment)
    kind = _EMPTY.get(_text(assigned[1])) if assigned else None
    if assigned is None or kind is None:
        return None
    if _text(assigned[1]).endswith(")") and _is_bound(parsed, kind):
        return None
    name = _text(assigned[0])
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
            clauses.append(f"for {_text(left)} in {_clause(right)}")
            targets.append(left)
            parts.append(right)
            body = node.child_by_field_name("body")
        else:
            condition = node.child_by_field_name("condition")
            if condition is None:
                return None
            clauses.append(f"if {_clause(condition)}")
            parts.append(condition)
            body = node.child_by_field_name("consequence")
        inside = [c for c in body.named_children if c.type != "comment"] if body else []
        node = inside[0] if len(inside) == 1 else None
    put = _put(node, name) if node is not None else None
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
        element=_text(element),
        key=_text(key) if key is not None else "",
        reason=_why_no_comprehension(parsed, name, assignment, loop, parts, targets, key, element),
    )


def _put(node: Node, name: str) -> tuple[Collection, Node | None, Node] | None:
    """Return what a statement puts into a collection: its kind, a key, an element."""
    if node.type != "expression_statement":
        return None
    inner = node.named_children[0]
    if inner.type == "assignment":
        left, right = inner.child_by_field_name("left"), inner.child_by_field_name("right")
        if left is None or right is None or left.type != "subscript":
            return None
        value, keys = left.child_by_field_name("value"), left.children_by_field_name("subscript")
        if value is None or _text(value) != name or len(keys) != 1 or right.type == "assignment":
            return None
        return None if keys[0].type == "slice" else ("dict", keys[0], right)
    function, arguments = (
        inner.child_by_field_name("function"),
        inner.child_by_field_name("arguments"),
    )
    if inner.type != "call" or function is None or arguments is None:
        return None
    method = _text(function).removeprefix(f"{name}.")
    elements = arguments.named_children
    if arguments.type != "argument_list" or len(elements) != 1 or method not in _METHODS:
        return None
    if _text(function) == method or elements[0].type in ("keyword_argument", "list_splat"):
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
    if any(each.type == "identifier" and _text(each) == name for each in everything):
        return f"The loop reads `{name}` while it fills it."
    if any(each.type in ("await", "named_expression", "yield") for each in everything):
        return "The loop does more than a comprehension can."
    if key is not None and acts(key) and acts(element):
        return "Key and value would be evaluated in another order."
    if any(_text(each) in _OF_THE_FUNCTION for each in everything if each.type == "identifier"):
        return "It means something else in a comprehension."
    for target in targets:
        for each in descend(target):
            if each.type != "identifier":
                continue
            variable = variable_at(parsed, parsed.offset(each.start_byte))
            if variable is None:
                return f"`{_text(each)}` can be used elsewhere after the loop."
            if reason := _leaks(parsed, variable, loop):
                return reason
    return _why_not_apart(parsed, assignment, loop)


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


def _comprehension(parsed: Parsed, statement: Node) -> Filling | None:
    assigned = _assigned(statement)
    kind = _KINDS.get(assigned[1].type) if assigned else None
    if assigned is None or kind is None:
        return None
    comprehension = assigned[1]
    body = comprehension.child_by_field_name("body")
    if body is None:
        return None
    key = body.child_by_field_name("key") if body.type == "pair" else None
    element = body.child_by_field_name("value") if body.type == "pair" else body
    clauses = [c for c in comprehension.named_children if c.type in ("for_in_clause", "if_clause")]
    if element is None:
        return None
    start = parsed.offset(statement.start_byte)
    return Filling(
        start=start,
        end=parsed.offset(statement.end_byte),
        form="comprehension",
        collection=kind,
        target=parsed.text[start : parsed.offset(comprehension.start_byte)]
        .rstrip()
        .removesuffix("="),
        name=_text(assigned[0]),
        clauses=tuple(" ".join(_text(clause).split()) for clause in clauses),
        element=_text(element),
        key=_text(key) if key is not None else "",
        reason=_why_no_loop(parsed, statement, comprehension, clauses, key, element),
    )


def _why_no_loop(
    parsed: Parsed,
    statement: Node,
    comprehension: Node,
    clauses: list[Node],
    key: Node | None,
    element: Node,
) -> str | None:
    everything = list(descend(comprehension))
    own = statement.named_children[0].child_by_field_name("left")
    if any(each.type in ("comment", "ERROR") for each in everything):
        return "A comment in it would be lost."
    if any("string" in each.type and "\n" in _text(each) for each in everything):
        return "It has a string of several lines."
    if any(clause.children[0].type == "async" for clause in clauses):
        return "It is asynchronous."
    if own is not None and any(
        each.type == "identifier" and each.text == own.text for each in everything
    ):
        return f"It reads `{_text(own)}`, which it makes."
    if any(each.type in ("lambda", "named_expression") for each in everything):
        return "It has names that a loop would share with the function."
    if key is not None and acts(key) and acts(element):
        return "Key and value would be evaluated in another order."
    bound = {_text(e) for c in clauses if c.type == "for_in_clause" for e in _targets(c)}
    function = function_around(parsed, parsed.offset(statement.start_byte))
    if function is None:
        return "Its variables would stay after the loop."
    for node in ast.walk(function.node):
        used = {node.id} if isinstance(node, ast.Name) else {*getattr(node, "names", ())}
        outside = not isinstance(node, ast.Name) or not (
            comprehension.start_byte <= function.range_of(node)[0] < comprehension.end_byte
        )
        if outside and (again := bound & {each for each in used if isinstance(each, str)}):
            return f"`{min(again)}` is used outside of it, too."
    hidden = {name for scope in function.scope.walk() for name in scope.bound}
    if comprehension.type == "set_comprehension" and ("set" in hidden or _is_bound(parsed, "set")):
        return "`set` is something else here."
    if reason := _why_not_apart(parsed, statement, statement):
        return reason
    variables = variables_of(parsed, parsed.offset(statement.start_byte))
    return next((v.doubt for v in variables if v.name in bound and v.doubt), None)


def _why_not_apart(parsed: Parsed, first: Node, last: Node) -> str | None:
    """Say why something else may see a collection while it is filled, or None."""
    try:
        part_of(parsed, parsed.offset(first.start_byte), parsed.offset(last.end_byte))
    except Unproved as error:
        return str(error)
    return None


def _is_bound(parsed: Parsed, name: str) -> bool:
    """Whether a text may give a builtin's name another meaning."""
    binding = rf"(?:def|class|as|import)\s+{name}\b|\b{name}\s*[=,:]"
    return re.search(binding, parsed.text) is not None


def _targets(clause: Node) -> list[Node]:
    left = clause.child_by_field_name("left")
    return [each for each in descend(left) if each.type == "identifier"] if left else []


def _clause(node: Node) -> str:
    return f"({_text(node)})" if node.type in _LOOSE else _text(node)


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
