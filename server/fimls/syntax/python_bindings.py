"""How Python binds names: what of a syntax tree opens a scope, and what puts a name into one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from fimls.syntax.word_sets import words

Where: TypeAlias = Literal["block", "function", "outside"]
"""Which scope a name goes into: the nearest, the nearest of a function, the one around the node."""

Part: TypeAlias = tuple[str, str | None]
"""A node's kind, and the field of it that a child has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingRules:
    """How a language binds names.

    Attributes:
        functions: nodes that open a scope which belongs to a function, or to the whole text.
        blocks: nodes that open any other scope.
        hidden: those scopes whose names functions inside them do not see.
        binders: parts in which a name is bound, and into which scope it goes.
        patterns: nodes that a bound name may be nested in.
        outside: parts of a scope's node that are evaluated around it.
        members: parts whose names are no variables, but parts of something else.
    """

    functions: frozenset[str]
    blocks: frozenset[str]
    hidden: frozenset[str]
    binders: dict[Part, Where]
    patterns: frozenset[str]
    outside: frozenset[Part]
    members: frozenset[Part]


PYTHON = BindingRules(
    functions=frozenset({"module", "function_definition", "lambda"}),
    blocks=frozenset(
        {
            "class_definition",
            "list_comprehension",
            "set_comprehension",
            "dictionary_comprehension",
            "generator_expression",
        }
    ),
    hidden=frozenset({"class_definition"}),
    binders={
        ("assignment", "left"): "function",
        ("augmented_assignment", "left"): "function",
        ("for_statement", "left"): "function",
        ("named_expression", "name"): "function",
        ("as_pattern", "alias"): "function",
        ("delete_statement", None): "function",
        ("for_in_clause", "left"): "block",
        ("function_definition", "name"): "outside",
        ("class_definition", "name"): "outside",
        ("parameters", None): "block",
        ("lambda_parameters", None): "block",
        ("default_parameter", "name"): "block",
        ("typed_default_parameter", "name"): "block",
        ("typed_parameter", None): "block",
        ("import_statement", "name"): "function",
        ("import_from_statement", "name"): "function",
        ("aliased_import", "alias"): "function",
        ("case_pattern", None): "function",
        ("keyword_pattern", None): "function",
        ("splat_pattern", None): "function",
    },
    patterns=words(
        """
        as_pattern_target dictionary_splat_pattern dotted_name expression_list list list_pattern
        list_splat list_splat_pattern parenthesized_expression pattern_list tuple tuple_pattern
        """
    ),
    outside=frozenset(
        {
            ("class_definition", "superclasses"),
            ("default_parameter", "value"),
            ("function_definition", "return_type"),
            ("typed_default_parameter", "type"),
            ("typed_default_parameter", "value"),
            ("typed_parameter", "type"),
        }
    ),
    members=frozenset(
        {
            ("aliased_import", "name"),
            ("attribute", "attribute"),
            ("import_from_statement", "module_name"),
            ("keyword_argument", "name"),
            ("keyword_pattern", None),
        }
    ),
)
