"""What a part of a function would take and give back if it were a function of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimls.refactor.rearranging.hoisting import expression_node
from fimls.syntax.enclosing import Enclosing, enclosing
from fimls.syntax.order import BLOCKS, FUNCTIONS, LOOPS, descend
from fimls.syntax.parsed import Parsed
from fimls.syntax.variables import Variable, variables_of
from fimls.syntax.words import words

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
        declares: whether the outputs are made in it, not only changed.
        changes: whether an output gets yet another value afterwards.
        is_expression: whether it is an expression, not statements.
        returns: whether its last statement returns from the function.
        waits: whether something in it is awaited.
        around: the function that it is in.
        receiver: name of that method's object, where the part reads it; else empty.
        reason: why it cannot be a function, as a short sentence, or None.
    """

    start: int
    end: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    declares: bool
    changes: bool
    is_expression: bool
    returns: bool
    waits: bool
    around: Enclosing
    receiver: str
    reason: str | None


_DECLARATIONS = words(
    """
    import_statement let_declaration lexical_declaration local_variable_declaration
    short_var_declaration var_declaration variable_declaration
    """
)


def extraction_of(parsed: Parsed, language_id: str, start: int, end: int) -> Extraction | None:
    """Return what a selection would be as a function.

    None where it is neither an expression nor whole statements, or not inside a function.
    """
    nodes = _selected(parsed, start, end)
    if not nodes or nodes[0].type == "identifier":
        return None
    first, last = parsed.offset(nodes[0].start_byte), parsed.offset(nodes[-1].end_byte)
    around = enclosing(parsed, first, last, "function")
    if around is None or first < around.body:
        return None
    is_expression = expression_node(parsed, first, last) is not None
    variables = [
        variable
        for variable in variables_of(parsed, language_id, around.head)
        if variable.start <= first and variable.end >= last
    ]
    loop = _loop(nodes[0], around, parsed)
    inputs = [v for v in variables if _is_read_first(parsed, v, nodes, loop)]
    outputs = [v for v in variables if _is_used_after(v, first, last, loop)]
    passed = [v for v in outputs if not _is_always_set(parsed, v, nodes) and v not in inputs]
    inputs += [v for v in passed if _is_set_before(v, first)]
    receiver = _receiver(parsed, around, inputs)
    return Extraction(
        start=first,
        end=last,
        inputs=tuple(v.name for v in _by_place(inputs) if v.name != receiver),
        outputs=tuple(v.name for v in _by_place(outputs)),
        declares=all(not _is_set_before(v, first) for v in outputs),
        changes=any(p.role != "read" and p.start >= last for v in outputs for p in v.places),
        is_expression=is_expression,
        returns=nodes[-1].type == "return_statement",
        waits=any(_waits(each) for each in _inside(nodes)),
        around=around,
        receiver=receiver,
        reason=_reason(parsed, language_id, around, nodes, variables, outputs)
        or next(
            (f"`{v.name}` may be without a value." for v in passed if not _is_set_before(v, first)),
            None,
        ),
    )


_OF_THE_METHOD = (b"arguments", b"super", b"__class__")


def _waits(node: Node) -> bool:
    if node.type in ("await", "await_expression"):
        return True
    return node.type not in FUNCTIONS and any(each.type == "async" for each in node.children[:1])


def _selected(parsed: Parsed, start: int, end: int) -> list[Node]:
    """Return the expression, or the statements of one block, that a part of the text is."""
    part = parsed.text[start:end]
    start += len(part) - len(part.lstrip())
    end -= len(part) - len(part.rstrip())
    if start >= end:
        return []
    expression = expression_node(parsed, start, end)
    if expression is not None and (
        expression.parent is None or expression.parent.type not in ("expression_statement",)
    ):
        return [expression]
    first, last = parsed.byte(start), parsed.byte(end)
    node = parsed.root.named_descendant_for_byte_range(first, last)
    while node is not None and node.type not in BLOCKS:
        node = node.parent
    if node is None:
        return []
    inside = [c for c in node.named_children if c.end_byte > first and c.start_byte < last]
    if not inside or inside[0].start_byte < first or inside[-1].end_byte > last + 1:
        return []
    return inside


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


def _reason(
    parsed: Parsed,
    language: str,
    around: Enclosing,
    nodes: list[Node],
    variables: list[Variable],
    outputs: list[Variable],
) -> str | None:
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
    if any(each.type in ("super", "this") for each in everything) or any(
        each.type == "identifier" and each.text in _OF_THE_METHOD for each in everything
    ):
        return "It needs the object that its method belongs to."
    if any(each.type in FUNCTIONS and each.type != "arrow_function" for each in everything) and (
        language != "python"
    ):
        return "It has a function inside."
    first_offset = parsed.offset(nodes[0].start_byte)
    last_offset = parsed.offset(nodes[-1].end_byte)
    for variable in variables:
        if variable.doubt and any(
            first_offset <= place.start <= last_offset for place in variable.places
        ):
            return variable.doubt
    if any(_is_shared(parsed, variable, around) for variable in outputs):
        return "A function inside may use what it sets."
    if any(each.text and b"\n" in each.text and "string" in each.type for each in everything):
        return "A string of several lines would be indented anew."
    if len({_is_set_before(v, first_offset) for v in outputs}) > 1 and language != "python":
        return "It makes some variables and changes others."
    if any(each.type == "named_expression" for each in inside) and not nodes[0].type.endswith(
        "_statement"
    ):
        return "It gives variables a value inside of an expression."
    private = re.compile(rb"__\w*[^\W_]_?").fullmatch
    if around.outer and any(private(each.text or b"") for each in everything):
        return "It has names that are private to the class."
    if outputs and nodes[-1].type == "return_statement":
        return "It sets variables that are used elsewhere."
    return None


def _is_shared(parsed: Parsed, variable: Variable, around: Enclosing) -> bool:
    """Whether a function inside of the one around reads or sets a variable."""
    body = parsed.byte(around.body)
    for place in variable.places:
        first, last = parsed.byte(place.start), parsed.byte(place.end)
        node = parsed.root.descendant_for_byte_range(first, last)
        while node is not None and node.start_byte > body:
            if node.type in FUNCTIONS:
                return True
            node = node.parent
    return False


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


def _loop(node: Node, around: Enclosing, parsed: Parsed) -> tuple[int, int] | None:
    """Return the outermost loop of the function that a node is in."""
    found = None
    parent = node.parent
    head = parsed.byte(around.head)
    while parent is not None and parent.start_byte > head:
        if parent.type in LOOPS:
            found = parsed.offset(parent.start_byte), parsed.offset(parent.end_byte)
        parent = parent.parent
    return found


def _is_read_first(
    parsed: Parsed, variable: Variable, nodes: list[Node], loop: tuple[int, int] | None
) -> bool:
    """Whether a part may read a value that the variable had before it."""
    first, last = parsed.offset(nodes[0].start_byte), parsed.offset(nodes[-1].end_byte)
    inside = [p for p in variable.places if first <= p.start < last]
    outside = [p for p in variable.places if not first <= p.start < last and p.role != "read"]
    begins = variable.parameter or any(p.start < first for p in outside)
    returns = loop is not None and any(loop[0] <= p.start < loop[1] for p in outside)
    if not (begins or returns) or not inside:
        return False
    for node in nodes:
        start, end = parsed.offset(node.start_byte), parsed.offset(node.end_byte)
        here = [p for p in inside if start <= p.start < end]
        if here:
            sets = all(p.role == "bound" for p in here) and _is_assignment(node)
            return not sets
    return True


def _is_used_after(variable: Variable, first: int, last: int, loop: tuple[int, int] | None) -> bool:
    """Whether a part sets a variable that is read after it, or in the loop around it."""
    if not any(first <= p.start < last and p.role != "read" for p in variable.places):
        return False
    reads = [p for p in variable.places if p.role != "bound" and not first <= p.start < last]
    return any(p.start >= last or (loop and loop[0] <= p.start < loop[1]) for p in reads)


def _is_always_set(parsed: Parsed, variable: Variable, nodes: list[Node]) -> bool:
    """Whether one of the statements sets a variable whatever happens."""
    sets = [p for p in variable.places if p.role != "read"]
    return any(
        _is_assignment(node)
        and any(
            parsed.offset(node.start_byte) <= p.start < parsed.offset(node.end_byte) for p in sets
        )
        for node in nodes
    )


def _is_assignment(node: Node) -> bool:
    if node.type == "expression_statement":
        return node.named_children[0].type in ("assignment", "assignment_expression")
    return node.type in _DECLARATIONS


def _is_set_before(variable: Variable, first: int) -> bool:
    return variable.parameter or any(p.start < first and p.role != "read" for p in variable.places)


def _receiver(parsed: Parsed, around: Enclosing, inputs: list[Variable]) -> str:
    """Return the first parameter of the method around, where it is an input; else nothing."""
    head = parsed.text[around.start : around.body]
    if not around.outer or around.start != around.head or "self" not in head:
        return ""
    return "self" if any(v.name == "self" and v.parameter for v in inputs) else ""


def _by_place(variables: list[Variable]) -> list[Variable]:
    return sorted(variables, key=lambda variable: variable.places[0].start)
