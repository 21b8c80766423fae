"""What a text defines that others can use: functions, types, their members, and variables.

What is defined inside of functions is theirs alone, and is not among it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from fimls.syntax.parsed_text import Parsed
from fimls.syntax.tree_walk import is_comment, walk
from fimls.syntax.word_sets import words

if TYPE_CHECKING:
    from tree_sitter import Node


class Token(NamedTuple):
    """A part of a definition's head.

    Attributes:
        text: it.
        extra: whether it says something about the definition that may be added without harm to
            its users: a type where types are only checked, a decorator, an attribute.
    """

    text: str
    extra: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition.

    Attributes:
        name: its name, with those of what it is in (``Circle.area``).
        head: what its users depend on: everything before its body; empty for variables.
        start: offset of its first character, decorators and modifiers included.
        end: offset after its last character.
    """

    name: str
    head: tuple[Token, ...]
    start: int
    end: int


def definitions(parsed: Parsed) -> list[Definition]:
    """Return what a text defines, in its order."""
    found = list[Definition]()
    stack: list[tuple[Node, str]] = [(parsed.root, "")]
    while stack:
        node, owner = stack.pop()
        kind = node.type
        defines = kind in _DEFINING or (kind == "function_expression" and _is_exported(node))
        names = _names(parsed, node) if defines and node.is_named else []
        whole = _whole(node)
        start, end = parsed.offset(whole.start_byte), parsed.offset(whole.end_byte)
        head = tuple(_head(parsed, node)) if names else ()
        found.extend(Definition(owner + name, head, start, end) for name in names)
        if kind in _FUNCTIONS or kind in _LAMBDAS or (names and kind in _VARIABLES):
            continue
        inside = f"{owner}{names[0]}." if names and kind in _OWNERS else owner
        stack.extend((child, inside) for child in reversed(node.children))
    return found


def _names(parsed: Parsed, node: Node) -> list[str]:
    if node.type == "impl_item":
        of, trait = node.child_by_field_name("type"), node.child_by_field_name("trait")
        return [
            f"{parsed.words_of(trait)} for {parsed.words_of(of)}"
            if trait and of
            else parsed.words_of(of or node)
        ]
    if node.type in _NEED_BODY and node.child_by_field_name("body") is None:
        return []  # C names a struct where it only uses it
    names = [name for name in node.children_by_field_name("name") if name.is_named]
    if node.type == "method_declaration" and (receiver := node.child_by_field_name("receiver")):
        kinds = [parsed.text_of(each) for each in walk(receiver) if each.type == "type_identifier"]
        return [f"{kinds[0] if kinds else ''}.{parsed.text_of(name)}" for name in names]
    if not names:
        names = node.children_by_field_name("declarator") or node.children_by_field_name("property")
    if node.type == "assignment" and (left := node.child_by_field_name("left")):
        names = [left] if left.type in ("identifier", "constant") else left.named_children
        return [parsed.text_of(name) for name in names if name.type in ("identifier", "constant")]
    if not names:
        inner = [each for each in node.named_children if each.type == "variable_declaration"]
        parts = inner[0].named_children if inner and node.type == "property_declaration" else ()
        names = [each for each in (*parts, *node.named_children) if each.type in _NAMING][:1]
    found = list[str]()
    for name in map(_innermost, names):
        if name.type in ("object_pattern", "array_pattern", "multi_variable_declaration"):
            found.extend(parsed.text_of(each) for each in walk(name) if _is_bare_name(each))
        else:
            found.append(parsed.words_of(name))
    return found or (["companion"] if node.type == "companion_object" else [])


def _is_exported(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "export_statement"


def _innermost(node: Node) -> Node:
    while (inner := _declared(node)) is not None:
        node = inner
    return node


def _declared(node: Node) -> Node | None:
    """Return what a declarator declares, one layer further in."""
    if node.type == "reference_declarator":
        return node.named_children[-1] if node.named_children else None
    if node.type == "variable_declarator":
        return node.child_by_field_name("name")
    return node.child_by_field_name("declarator")


def _is_bare_name(node: Node) -> bool:
    return not node.children and node.type in (
        "identifier",
        "shorthand_property_identifier_pattern",
    )


def _whole(node: Node) -> Node:
    while node.parent is not None and node.parent.type in _WRAPPERS:
        node = node.parent
    return node


def _head(parsed: Parsed, node: Node) -> Iterator[Token]:
    whole = _whole(node)
    if node.type in _VARIABLES:
        value = node.child_by_field_name("value")
        declarator = node.child_by_field_name("declarator")
        if whole.type == "export_statement":
            yield Token("export")
        if value is not None and value.type in _LAMBDAS:
            node = whole = value
        elif declarator is None or not _is_function(declarator):
            return
    before = whole.prev_sibling
    while before is not None and (before.type == "attribute_item" or is_comment(before)):
        if not is_comment(before):
            yield Token(parsed.words_of(before), extra=True)
        before = before.prev_sibling
    tokens = list[Token]()
    for part in walk(whole, lambda part: _is_left_out(part, node)):
        if _is_extra(part):
            tokens.append(Token(parsed.words_of(part), extra=True))
        elif (
            not part.children
            and not _in_extra(part, whole)
            and (text := parsed.text_of(part).strip())
        ):
            if text == ")" and tokens and tokens[-1].text == ",":
                tokens.pop()
            tokens.append(Token(text))
    while tokens and tokens[-1].text in (";", ":", "=", "=>"):
        tokens.pop()
    yield from tokens


def _is_function(declarator: Node) -> bool:
    node: Node | None = declarator
    while node is not None and node.type != "function_declarator":
        node = _declared(node)
    return node is not None


def _is_left_out(part: Node, node: Node) -> bool:
    """Whether a part does not belong to the head of a definition."""
    if is_comment(part) or part.type in _BODIES:
        return True
    if part.type in (":", "->") and (after := part.next_sibling) and after.type == "type":
        return True
    parent = part.parent
    return parent is not None and parent.id == node.id and part == node.child_by_field_name("body")


def _is_extra(node: Node) -> bool:
    return node.is_named and node.type in _EXTRAS


def _in_extra(part: Node, whole: Node) -> bool:
    above = part.parent
    while above is not None and above.id != whole.id:
        if _is_extra(above):
            return True
        above = above.parent
    return False


_FUNCTIONS = words("""
    function_definition function_item function_signature_item function_declaration method
    generator_function_declaration method_definition method_declaration constructor_declaration
    compact_constructor_declaration destructor_declaration operator_declaration method_elem
    method_signature abstract_method_signature function_signature singleton_method
    macro_definition secondary_constructor preproc_function_def delegate_declaration
    init_declaration
""")
_OWNERS = words("""
    class_definition class_declaration abstract_class_declaration class_specifier struct_specifier
    union_specifier enum_specifier interface_declaration enum_declaration record_declaration
    annotation_type_declaration struct_item enum_item union_item trait_item impl_item mod_item
    namespace_definition namespace_declaration internal_module module class trait_declaration
    object_declaration struct_declaration companion_object object_definition trait_definition
    protocol_declaration type_spec
""")
_TYPES = words("""
    type_alias_declaration type_item type_alias type_definition typealias_declaration preproc_def
""")
_VARIABLES = words("""
    variable_declarator const_spec var_spec const_item static_item assignment field_definition
    public_field_definition property_signature property_declaration declaration field_declaration
    enum_constant enumerator enum_variant property_element const_element enum_case enum_entry
    enum_member_declaration event_declaration
""")
_DEFINING = _FUNCTIONS | _OWNERS | _TYPES | _VARIABLES
_LAMBDAS = words("""
    arrow_function function_expression generator_function lambda lambda_expression lambda_literal
    closure_expression func_literal anonymous_function do_block
    anonymous_function_creation_expression
""")
_NEED_BODY = words("class_specifier struct_specifier union_specifier enum_specifier")
_NAMING = words("multi_variable_declaration identifier simple_identifier name")
_WRAPPERS = words("""
    export_statement decorated_definition template_declaration lexical_declaration
    ambient_declaration
""")
_BODIES = words("""
    field_declaration_list enum_body enum_class_body class_body function_body declaration_list
    struct_type interface_type enum_variant_list enumerator_list constructor_body
    field_initializer_list accessor_list body_statement template_body preproc_arg
    token_tree_pattern
""")
_EXTRAS = words("""
    decorator marker_annotation annotation attribute_item attribute_list type_annotation type
    attribute_declaration
""")
