"""What a part of a function would take and give back if it were a function of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimls.refactor.python_analysis.extracted_part import Part, Unproved, part_of
from fimls.refactor.python_analysis.module_part import module_part
from fimls.refactor.transformations.filled_collections import assignment_of
from fimls.refactor.transformations.hoisting import (
    expression_node,
    shows_its_text,
    whole_expression,
)
from fimls.syntax.enclosing_definition import EnclosingDefinition, enclosing
from fimls.syntax.evaluation_order import BLOCKS, FUNCTIONS, LOOPS, descend
from fimls.syntax.parsed_text import Parsed

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """A selected part of a function.

    Attributes:
        start: offset of its first character.
        end: offset after its last character.
        inputs: variables of the function that it reads, in the order of the text.
        outputs: variables that it sets and that are read afterwards.
        world: variables of the module that it sets and the function declares global.
        is_expression: whether it is an expression, not statements.
        returns: whether its last statement returns from the function.
        waits: whether something in it is awaited.
        around: the function that it is in, or a statement of the module, which has no name.
        receiver: name of that method's object, where the part reads it; else empty.
        reason: why it cannot be a function, as a short sentence, or None.
    """

    start: int
    end: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    world: tuple[str, ...]
    is_expression: bool
    returns: bool
    waits: bool
    around: EnclosingDefinition
    receiver: str
    reason: str | None


def extraction_of(parsed: Parsed, language_id: str, start: int, end: int) -> Extraction | None:
    """Return what a selection would be as a function.

    None where it is neither an expression nor whole statements. Outside of functions only Python's
    can be told to do the same.
    """
    nodes = _selected(parsed, start, end)
    if not nodes or nodes[0].type == "identifier":
        return None
    first, last = parsed.offset(nodes[0].start_byte), parsed.offset(nodes[-1].end_byte)
    around = _function_around(parsed, first, last)
    in_function = around is not None
    if not in_function:
        around = _of_the_module(parsed, nodes[0]) if language_id == "python" else None
    if around is None:
        return None
    is_expression = nodes[0].parent is not None and nodes[0].parent.type not in BLOCKS
    part = Part((), ())
    reason = _reason(parsed, nodes, around)
    if reason is None and language_id == "python":
        try:
            part = (
                part_of(parsed, first, last)
                if in_function
                else _part_of_the_module(parsed, nodes, is_expression=is_expression)
            )
        except Unproved as error:
            reason = str(error)
    returns = nodes[-1].type == "return_statement"
    if part.outputs and returns:
        reason = reason or "It sets variables that are used elsewhere."
    receiver = _receiver(parsed, around, part.inputs)
    return Extraction(
        start=first,
        end=last,
        inputs=tuple(name for name in part.inputs if name != receiver),
        outputs=part.outputs,
        world=part.world,
        is_expression=is_expression,
        returns=returns,
        waits=any(_waits(each) for each in _inside(nodes)),
        around=around,
        receiver=receiver,
        reason=reason,
    )


def _function_around(parsed: Parsed, first: int, last: int) -> EnclosingDefinition | None:
    """Return the smallest function that has a part in its body."""
    around = enclosing(parsed, first, last, "function")
    while around is not None and first < around.body:
        outer = enclosing(parsed, max(around.start - 1, 0), around.end, "function")
        around = outer if outer is not None and outer.start < around.start else None
    return around


def _of_the_module(parsed: Parsed, node: Node) -> EnclosingDefinition | None:
    """Return the module's statement that a node is in; None where it is inside of a function."""
    top, inner = node, node
    while top.parent is not None and top.parent.type != "module":
        inner, top = top, top.parent
        if top.type == "function_definition" and inner.type == "block":
            return None
    start, end = parsed.offset(top.start_byte), parsed.offset(top.end_byte)
    return EnclosingDefinition(
        name="",
        kind="function",
        start=start,
        head=start,
        signature=start,
        result=start,
        body=start,
        end=end,
    )


_OF_THEIR_OWN = LOOPS - {"for_statement", "while_statement"} | {"lambda"}
"""What has variables of its own in a module."""


def _part_of_the_module(parsed: Parsed, nodes: list[Node], *, is_expression: bool) -> Part:
    around: list[str] = []
    node = nodes[0].parent
    while node is not None:
        around.append(node.type)
        node = node.parent
    if "class_definition" in around:
        raise Unproved("It is part of a class.")
    if not _OF_THEIR_OWN.isdisjoint(around):
        raise Unproved("It is part of a comprehension or a lambda, which have variables.")
    first, last = parsed.offset(nodes[0].start_byte), parsed.offset(nodes[-1].end_byte)
    line = parsed.text.rfind("\n", 0, first) + 1
    before = parsed.text[line:first]
    text = parsed.text[first if before.strip() else line : last]
    if is_expression and any(each.type == "named_expression" for each in descend(nodes[0])):
        raise Unproved("It gives a variable a value.")
    if is_expression:
        return Part((), ())
    part = module_part(text, _set_before(parsed, nodes[0]))
    if part.outputs and not {"try_statement", "with_statement"}.isdisjoint(around):
        raise Unproved(f"Where an error is caught, `{part.outputs[0]}` may be read.")
    return part


def _set_before(parsed: Parsed, node: Node) -> set[str]:
    """Return the variables that a module surely has given values to before a node."""
    found: set[str] = set()
    for each in parsed.root.named_children:
        if each.end_byte <= node.start_byte and (assigned := assignment_of(each)) is not None:
            found.add(parsed.text_of(assigned[0]))
    deleted = " ".join(re.findall(r"\bdel\b[^#\r\n]*", parsed.text))
    return {name for name in found if not re.search(rf"\b{name}\b", deleted)}


_OF_THE_METHOD = frozenset({"arguments", "super", "__class__"})
_COUNTING = frozenset({"stack_level", "stacklevel"})
_FRAMES = re.compile(r"\b(?:_getframe|_getframemodulename|currentframe|stack)\(")
_LOOKING_UP = frozenset({"dir", "eval", "exec", "locals", "vars"})


def _waits(node: Node) -> bool:
    if node.type in ("await", "await_expression"):
        return True
    return node.type not in FUNCTIONS and any(each.type == "async" for each in node.children[:1])


_COMMENTS_BEFORE = re.compile(r"\A(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))+")
_COMMENTS_BEHIND = re.compile(r"(?:(?:\r\n|\r|\n)[ \t]*(?:#[^\r\n]*)?)+\Z")


def _selected(parsed: Parsed, start: int, end: int) -> list[Node]:
    """Return the expression, or the statements of one block, that a part of the text is.

    Where it ends or begins within an expression or a line, the whole one is meant. Comments before
    and behind stay where they are.
    """
    start, end = _out_of_comments(parsed, start, end)
    part = _COMMENTS_BEFORE.sub("", parsed.text[start:end])
    start = end - len(part)
    part = _COMMENTS_BEHIND.sub("", part)
    end = start + len(part)
    start += len(part) - len(part.lstrip())
    end -= len(part) - len(part.rstrip())
    if start >= end:
        return []
    expression = expression_node(parsed, start, end)
    if expression is not None and (
        expression.parent is None or expression.parent.type not in ("expression_statement",)
    ):
        return [expression]
    if (whole := whole_expression(parsed, start, end)) is not None and whole.parent is not None:
        return [whole] if whole.parent.type != "expression_statement" else [whole.parent]
    first, last = parsed.byte(start), parsed.byte(end)
    node = parsed.root.named_descendant_for_byte_range(first, last)
    while node is not None and node.type not in BLOCKS:
        node = node.parent
    if node is None:
        return []
    inside = [c for c in node.named_children if c.end_byte > first and c.start_byte < last]
    if not inside:
        return []
    begin, rest = parsed.data.count(b"\n", 0, first), parsed.data.count(b"\n", first, last)
    if begin > inside[0].start_point.row or begin + rest < inside[-1].end_point.row:
        return []
    return inside


def _out_of_comments(parsed: Parsed, start: int, end: int) -> tuple[int, int]:
    """Return a selection without the part of a comment that it begins or ends with."""
    first, last = parsed.byte(start), parsed.byte(end)
    node = parsed.root.descendant_for_byte_range(first, first)
    if node is not None and node.type == "comment" and node.start_byte < first:
        start = parsed.offset(node.end_byte)
    node = parsed.root.descendant_for_byte_range(last, last)
    if node is not None and node.type == "comment" and last < node.end_byte:
        end = parsed.offset(node.start_byte)
    return start, end


def _inside(nodes: list[Node]) -> list[Node]:
    """Return all that is evaluated with some nodes, not in functions inside of them."""
    found: list[Node] = []
    stack = list(nodes)
    while stack:
        node = stack.pop()
        found.append(node)
        if node.type not in FUNCTIONS:
            stack.extend(node.named_children)
    return found


def _reason(parsed: Parsed, nodes: list[Node], around: EnclosingDefinition) -> str | None:
    if any(node.has_error for node in nodes):
        return "It has a syntax error."
    inside = _inside(nodes)
    kinds = [each.type for each in inside]
    returns = sum(kind == "return_statement" for kind in kinds)
    if returns > (nodes[-1].type == "return_statement"):
        return "It returns from the function in its middle."
    if any(kind.startswith("yield") for kind in kinds):
        return "It yields."
    if any(
        each.type in ("break_statement", "continue_statement") and not _has_loop(each, nodes)
        for each in inside
    ):
        return "It leaves a loop that is not part of it."
    words = {"delete_statement", "global_statement", "nonlocal_statement"}
    if words & set(kinds):
        return "It declares or deletes names of the function."
    everything = [each for node in nodes for each in descend(node)]
    texts = {parsed.text_of(each) for each in everything if "identifier" in each.type}
    if any(each.type in ("super", "this") for each in everything) or texts & _OF_THE_METHOD:
        return "It needs the object that its method belongs to."
    if texts & _LOOKING_UP:
        return "It looks names up while it runs."
    if texts & _COUNTING or (_FRAMES.search(parsed.text) and "call" in kinds):
        return "What it calls may look at the function that called it."
    if any("string" in each.type and "\n" in parsed.text_of(each) for each in everything):
        return "A string of several lines would be indented anew."
    if shows_its_text(nodes[0]):
        return "A string shows its text."
    private = re.compile(r"__\w*[^\W_]_?").fullmatch
    if around.outer and any(private(parsed.text_of(each)) for each in everything):
        return "It has names that are private to the class."
    return None


def _has_loop(node: Node, nodes: list[Node]) -> bool:
    parent = node.parent
    first, last = nodes[0].start_byte, nodes[-1].end_byte
    while parent is not None and first <= parent.start_byte and parent.end_byte <= last:
        if parent.type in LOOPS or (
            node.type == "break_statement" and parent.type == "switch_statement"
        ):
            return True
        parent = parent.parent
    return False


def _receiver(parsed: Parsed, around: EnclosingDefinition, inputs: tuple[str, ...]) -> str:
    """Return the first parameter of the method around, where it is an input; else nothing."""
    if not around.outer or around.start != around.head or "self" not in inputs:
        return ""
    first = parsed.text[around.signature : around.body].lstrip("( \t\r\n")
    return "self" if re.match(r"self\b", first) else ""
