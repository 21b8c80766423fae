"""The names in a text, and what is done with each: it is bound, used, or looked up in something.

Grammars do not say what binds a name: that is told here by a name's place in the tree, for all of
them together. In doubt a name is bound, or looked up, so that nothing is called unknown wrongly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from fimls.syntax.imports import IMPORTING
from fimls.syntax.parsed_text import Parsed
from fimls.syntax.tree_walk import is_comment
from fimls.syntax.word_sets import words

if TYPE_CHECKING:
    from tree_sitter import Node

Role: TypeAlias = Literal["bound", "used", "member"]
"""A name that begins to mean something; one that must mean something already; one that is looked
up in something else, as a field is, so that its own text does not tell whether there is one."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name at one place.

    Attributes:
        text: it; a PHP variable with its dollar.
        role: what is done with it.
        start: its offset in UTF-8.
        own: whether it is looked up in ``this``.
    """

    text: str
    role: Role
    start: int
    own: bool = False


def names_in(parsed: Parsed) -> Iterator[Name]:
    """Yield the names of a text, in its order; those in comments and strings are none."""
    stack: list[tuple[Node, Role, bool]] = [(parsed.root, "used", False)]
    while stack:
        node, role, own = stack.pop()
        if is_comment(node) or node.type in _NAMELESS:
            continue
        if node.type in ("simple_symbol", "variable_name") or (
            not node.children and node.is_named and node.type in _NAMES
        ):
            bound = node.type == "simple_symbol"
            yield Name(
                parsed.text_of(node).lstrip(":@"), "bound" if bound else role, node.start_byte, own
            )
            continue
        inner = [
            (child, *_role(parsed, node, index, child, role))
            for index, child in enumerate(node.children)
        ]
        stack.extend(reversed(inner))


def _role(parsed: Parsed, parent: Node, index: int, child: Node, above: Role) -> tuple[Role, bool]:
    kind, field = parent.type, parent.field_name_for_child(index) or ""
    if kind in IMPORTING or (above == "bound" and kind in _IN_IMPORT):
        return "bound", False
    if _is_member(parsed, parent, kind, field, index, child):
        own = _is_own(parsed, parent)
        return ("bound" if own and _is_assigned(parent) else "member"), own
    if kind == "pair_pattern":
        return "bound", False
    if field in _VALUES:
        return "used", False
    if _binds(kind, field, child) or (above == "bound" and kind in _LISTS):
        return "bound", False
    if above == "bound" and ("pattern" in kind or "declarator" in kind):
        return "bound", False
    return "used", False


def _binds(kind: str, field: str, child: Node) -> bool:
    if field in ("name", "alias"):
        return "parameter" in kind or kind in _NAMING or kind.endswith(_NAMING_ENDS)
    if field == "left":
        return kind in _ASSIGNING or child.type == "variable_name"
    if field in ("pattern", "parameter", "declarator", "label"):
        return True
    if field == "parameters":
        return child.type == "identifier"
    if field:
        return False
    return "parameter" in kind or kind.endswith("pattern") or kind in _BINDING


def _is_member(
    parsed: Parsed, parent: Node, kind: str, field: str, index: int, child: Node
) -> bool:
    if child.type in _MEMBERS:
        return not (field == "name" and kind.endswith(_NAMING_ENDS))
    if field in ("property", "field", "attribute", "key"):
        return True
    if field == "method":
        return parent.child_by_field_name("receiver") is not None
    if field == "name":
        if kind == "method_invocation":
            return parent.child_by_field_name("object") is not None
        if kind.startswith("jsx_"):
            return parsed.text_of(child)[:1].islower()
        return kind in _LOOKING or kind.startswith(("scoped_", "qualified_", "nested_"))
    if kind in (
        "navigation_expression",
        "scoped_type_identifier",
        "class_constant_access_expression",
    ):
        return index > 0
    before, after = child.prev_sibling, child.next_sibling
    if kind == "token_tree":
        return before is not None and before.type in (".", "::")
    if kind == "value_argument":
        return after is not None and after.type == "="
    return (
        kind == "literal_element"
        and parent.parent is not None
        and (parent.parent.type == "keyed_element" and parent.parent.children[0] == parent)
    )


def _is_assigned(node: Node) -> bool:
    above = node.parent
    return above is not None and above.child_by_field_name("left") == node


def _is_own(parsed: Parsed, parent: Node) -> bool:
    first = parent.children[0] if parent.children else None
    return first is not None and parsed.text_of(first) in ("this", "$this")


_NAMES = words("""
    identifier type_identifier field_identifier property_identifier package_identifier constant
    name shorthand_property_identifier shorthand_property_identifier_pattern namespace_identifier
    statement_identifier simple_identifier instance_variable class_variable global_variable
    private_property_identifier shorthand_field_identifier
""")
_MEMBERS = words("""
    field_identifier property_identifier private_property_identifier instance_variable
    class_variable statement_identifier
""")
_NAMELESS = words("""
    lifetime attribute_item inner_attribute_item attribute_list package_clause package_declaration
    package_header label_name
""")
_VALUES = words("""
    type value default_value right body return_type default trait path scope superclass bounds
    size condition constraint
""")
_NAMING = words("""
    class module method singleton_method enumerator enum_variant enum_constant
    enhanced_for_statement resource instanceof_expression named_expression property_element
    const_element enum_entry function_expression generator_function use_as_clause aliased_import
    import_specifier import_spec foreach_statement enum_case type_switch_statement as_pattern
    catch_clause declaration_expression internal_module labeled_statement enum_body
    enum_assignment companion_object class_specifier struct_specifier union_specifier
    enum_specifier
""")
_NAMING_ENDS = (
    "_declaration",
    "_definition",
    "_item",
    "_spec",
    "_def",
    "declarator",
    "_signature",
    "_clause",
)
_LOOKING = words("""
    member_access_expression member_call_expression nullsafe_member_call_expression argument
    nullsafe_member_access_expression scoped_call_expression attribute generic_type
    member_binding_expression keyword_argument name_colon
""")
_ASSIGNING = words("""
    assignment short_var_declaration range_clause for_in_statement foreach_statement for_statement
    for_in_clause receive_statement left_assignment_list
""")
_BINDING = words("""
    variable_declaration multi_variable_declaration catch_block exception_variable
    foreach_statement reference_declarator global_declaration static_variable_declaration
    infer_type for anonymous_function_use_clause implicit_parameter
""")
_LISTS = words("""
    expression_list left_assignment_list pattern_list tuple_pattern pair list_literal by_ref
    variable_declaration multi_variable_declaration tuple_expression rest_pattern
    destructured_left_assignment structured_binding_declarator
""")
_IN_IMPORT = words("""
    import_clause named_imports import_specifier namespace_import use_list scoped_use_list
    use_as_clause scoped_identifier dotted_name aliased_import namespace_use_clause qualified_name
    qualified_identifier import_spec_list import_spec use_wildcard namespace_name
""")
