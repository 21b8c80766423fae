"""The function or class around a place: its name, its signature and its body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from fimls.syntax.parsed_text import Parsed
from fimls.syntax.word_sets import words

if TYPE_CHECKING:
    from tree_sitter import Node

EnclosingKind: TypeAlias = Literal["function", "class"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnclosingDefinition:
    """A function, method or class that has a body.

    Attributes:
        name: its name.
        kind: what it is.
        start: offset of its first character: of a decorator or ``export`` where it has one.
        head: offset where its own head begins, after decorators.
        signature: offset where its parameters begin, with their bracket.
        result: offset after its parameters, or after the type of its result where that is said.
        body: offset where its body begins, with the bracket where it has one.
        end: offset after its last character.
        outer: name of the class or type that it belongs to, or empty.
        top: whether nothing but a namespace is around it.
    """

    name: str
    kind: EnclosingKind
    start: int
    head: int
    signature: int
    result: int
    body: int
    end: int
    outer: str = ""
    top: bool = True


def enclosing(
    parsed: Parsed, start: int, end: int | None = None, kind: EnclosingKind | None = None
) -> EnclosingDefinition | None:
    """Return the smallest function or class around a part of the text.

    A cursor that stands before or behind a definition, on its line, is in it.
    """
    for first, last in _tries(parsed, start, start if end is None else end):
        node = parsed.root.named_descendant_for_byte_range(first, last)
        while node is not None:
            if (found := _definition(parsed, node)) and kind in (None, found.kind):
                return found
            node = node.parent
    return None


_FUNCTIONS = words(
    """
    constructor_declaration function_declaration function_definition function_item
    generator_function_declaration init_declaration local_function_statement method
    method_declaration method_definition singleton_method
    """
)
_CLASSES = words(
    """
    abstract_class_declaration class class_declaration class_definition class_specifier
    enum_declaration enum_item interface_declaration object_declaration record_declaration
    struct_declaration struct_item struct_specifier trait_item
    """
)
_WRAPPERS = frozenset({"decorated_definition", "export_statement"})
_FUNCTION_VALUES = frozenset({"arrow_function", "function_expression", "generator_function"})


def _tries(parsed: Parsed, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the byte ranges to look at: of a bare cursor also the beginning of its line's text."""
    if start == end:
        text = parsed.text
        line = text.rfind("\n", 0, start) + 1
        stop = text.find("\n", start)
        content = text[line : stop if stop >= 0 else len(text)]
        filled = line + len(content) - len(content.lstrip())
        if start < filled and content.strip():
            yield parsed.byte(filled), parsed.byte(filled)
        yield parsed.byte(start), parsed.byte(start)
        if content.strip():
            yield parsed.byte(filled), parsed.byte(filled)
    else:
        yield parsed.byte(start), parsed.byte(end)


def _definition(parsed: Parsed, node: Node) -> EnclosingDefinition | None:
    if node.type in _WRAPPERS:
        inner = node.child_by_field_name("definition") or node.child_by_field_name("declaration")
        return _definition(parsed, inner) if inner is not None else None
    kind: EnclosingKind = "class" if node.type in _CLASSES else "function"
    if node.type in ("lexical_declaration", "variable_declaration"):
        head, body = _assigned_function(node)
    elif node.type in _FUNCTIONS or node.type in _CLASSES:
        head, body = node, _body(node)
    else:
        return None
    name = _name(parsed, head) if head is not None else ""
    if head is None or body is None or not name:
        return None
    whole = node
    if node.parent is not None and node.parent.type in _WRAPPERS:
        whole = node.parent
    # C++ says before a function what it is a template of.
    if whole.parent is not None and whole.parent.type == "template_declaration":
        whole = whole.parent
    around = _around(whole)
    first, last = _signature(head, body)
    return EnclosingDefinition(
        name=name,
        kind=kind,
        start=parsed.offset(whole.start_byte),
        head=parsed.offset(node.start_byte),
        signature=parsed.offset(first),
        result=parsed.offset(last),
        body=parsed.offset(body.start_byte),
        end=parsed.offset(whole.end_byte),
        outer=_name(parsed, around) if around is not None and around.type not in _FUNCTIONS else "",
        top=around is None,
    )


def _signature(head: Node | None, body: Node) -> tuple[int, int]:
    value = head.child_by_field_name("value") if head is not None else None
    holder = value or head or body
    parameters = holder.child_by_field_name("parameters") or holder.child_by_field_name("parameter")
    if parameters is None:
        return body.start_byte, body.start_byte
    result = holder.child_by_field_name("return_type") or holder.child_by_field_name("result")
    return parameters.start_byte, (result or parameters).end_byte


def _assigned_function(node: Node) -> tuple[Node | None, Node | None]:
    """Return declarator and body of ``const name = () => ...``."""
    named = [child for child in node.named_children if child.type == "variable_declarator"]
    value = named[0].child_by_field_name("value") if len(named) == 1 else None
    if value is None or value.type not in _FUNCTION_VALUES:
        return None, None
    return named[0], value.child_by_field_name("body")


def _body(node: Node) -> Node | None:
    body = node.child_by_field_name("body")
    if body is not None:
        return body
    ends = ("block", "_body", "body_statement")
    return next((child for child in node.named_children if child.type.endswith(ends)), None)


def _name(parsed: Parsed, node: Node) -> str:
    declarator = node.child_by_field_name("declarator")  # C: the name is inside of it
    found = None
    while declarator is not None:
        found = declarator
        declarator = declarator.child_by_field_name("declarator")
    found = found or node.child_by_field_name("name") or node.child_by_field_name("type")
    if found is None:
        named = node.named_children
        found = next((child for child in named if child.type.endswith("identifier")), None)
    return parsed.text_of(found) if found is not None else ""


def _around(node: Node) -> Node | None:
    """Return the function, class or implementation that a definition is directly in."""
    parent = node.parent
    while parent is not None:
        if parent.type in _FUNCTIONS or parent.type in _CLASSES or parent.type == "impl_item":
            return parent
        if parent.type in _FUNCTION_VALUES:
            return parent
        parent = parent.parent
    return None
