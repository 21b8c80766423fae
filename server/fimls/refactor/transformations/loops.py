"""A comprehension that fills a collection, as the loop that does the same."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from fimls.refactor.python_analysis.function_tree import function_around
from fimls.refactor.transformations.filled_collections import (
    KINDS,
    Filling,
    assignment_of,
    is_bound,
    targets_of,
    why_not_apart,
)
from fimls.syntax.evaluation_order import acts, descend
from fimls.syntax.parsed_text import Parsed
from fimls.syntax.variable_occurrences import variables_of

if TYPE_CHECKING:
    from tree_sitter import Node


def comprehension_as_loop(parsed: Parsed, statement: Node) -> Filling | None:
    """Return the comprehension that a statement assigns, and why no loop does the same."""
    assigned = assignment_of(statement)
    kind = KINDS.get(assigned[1].type) if assigned else None
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
        name=parsed.text_of(assigned[0]),
        clauses=tuple(parsed.words_of(clause) for clause in clauses),
        element=parsed.text_of(element),
        key=parsed.text_of(key) if key is not None else "",
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
    if any("string" in each.type and "\n" in parsed.text_of(each) for each in everything):
        return "It has a string of several lines."
    if any(clause.children[0].type == "async" for clause in clauses):
        return "It is asynchronous."
    if own is not None and any(
        each.type == "identifier" and parsed.text_of(each) == parsed.text_of(own)
        for each in everything
    ):
        return f"It reads `{parsed.text_of(own)}`, which it makes."
    if any(each.type in ("lambda", "named_expression") for each in everything):
        return "It has names that a loop would share with the function."
    if key is not None and acts(key) and acts(element):
        return "Key and value would be evaluated in another order."
    bound = {parsed.text_of(e) for c in clauses if c.type == "for_in_clause" for e in targets_of(c)}
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
    if comprehension.type == "set_comprehension" and ("set" in hidden or is_bound(parsed, "set")):
        return "`set` is something else here."
    if reason := why_not_apart(parsed, statement, statement):
        return reason
    variables = variables_of(parsed, parsed.offset(statement.start_byte))
    return next((v.doubt for v in variables if v.name in bound and v.doubt), None)
