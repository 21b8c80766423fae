"""How languages bind names: what of a syntax tree opens a scope, and what puts a name into one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from fimls.syntax.words import words

Where: TypeAlias = Literal["block", "function", "outside"]
"""Which scope a name goes into: the nearest, the nearest of a function, the one around the node."""

Part: TypeAlias = tuple[str, str | None]
"""A node's kind, and the field of it that a child has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How one language binds names.

    Attributes:
        functions: nodes that open a scope which belongs to a function, or to the whole text.
        blocks: nodes that open any other scope.
        hidden: those scopes whose names functions inside them do not see.
        binders: parts in which a name is bound, and into which scope it goes.
        patterns: nodes that a bound name may be nested in.
        writes: parts in which a name that exists already is given a new value.
        outside: parts of a scope's node that are evaluated around it.
        members: parts whose names are no variables, but parts of something else.
        names: nodes that are names.
        short: nodes that are a name and at the same time a key: ``{name}`` for ``{name: name}``.
        sequential: whether a name in a block exists only after its declaration.
        keywords: whether callers can name a function's parameters.
    """

    functions: frozenset[str]
    blocks: frozenset[str]
    hidden: frozenset[str] = frozenset()
    binders: dict[Part, Where]
    patterns: frozenset[str]
    writes: frozenset[Part] = frozenset()
    outside: frozenset[Part] = frozenset()
    members: frozenset[Part] = frozenset()
    names: frozenset[str] = frozenset({"identifier"})
    short: frozenset[str] = frozenset()
    sequential: bool = False
    keywords: bool = False


def rules_for(language_id: str) -> Rules | None:
    """Return how a language binds names; None where that is not known."""
    return _RULES.get(language_id)


_PYTHON = Rules(
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
    keywords=True,
)

_SCRIPT = Rules(
    functions=words(
        """
        abstract_method_signature arrow_function call_signature class_static_block
        construct_signature function_declaration function_expression function_signature
        function_type generator_function generator_function_declaration method_definition
        method_signature program
        """
    ),
    blocks=words(
        """
        catch_clause class for_in_statement for_statement statement_block switch_body
        """
    ),
    binders={
        ("arrow_function", "parameter"): "block",
        ("catch_clause", "parameter"): "block",
        ("class", "name"): "block",
        ("class_declaration", "name"): "block",
        ("formal_parameters", None): "block",
        ("function_declaration", "name"): "outside",
        ("function_expression", "name"): "block",
        ("generator_function_declaration", "name"): "outside",
        ("import_clause", None): "block",
        ("import_specifier", "alias"): "block",
        ("import_specifier", "name"): "block",
        ("namespace_import", None): "block",
        ("optional_parameter", "pattern"): "block",
        ("required_parameter", "pattern"): "block",
        ("variable_declarator", "name"): "block",
    },
    patterns=words(
        """
        array_pattern assignment_pattern object_assignment_pattern object_pattern pair_pattern
        rest_pattern
        """
    ),
    writes=frozenset(
        {
            ("assignment_expression", "left"),
            ("augmented_assignment_expression", "left"),
            ("for_in_statement", "left"),
            ("update_expression", "argument"),
        }
    ),
    members=frozenset({("pair_pattern", "key")}),
    names=frozenset(
        {
            "identifier",
            "shorthand_property_identifier",
            "shorthand_property_identifier_pattern",
        }
    ),
    short=frozenset({"shorthand_property_identifier", "shorthand_property_identifier_pattern"}),
)

_GO = Rules(
    functions=frozenset(
        {"source_file", "function_declaration", "method_declaration", "func_literal"}
    ),
    blocks=words(
        """
        block communication_case default_case expression_case expression_switch_statement
        for_statement function_type if_statement method_elem type_case type_switch_statement
        """
    ),
    binders={
        ("const_spec", "name"): "block",
        ("function_declaration", "name"): "outside",
        ("parameter_declaration", "name"): "block",
        ("short_var_declaration", "left"): "block",
        ("type_switch_statement", "alias"): "block",
        ("var_spec", "name"): "block",
        ("variadic_parameter_declaration", "name"): "block",
    },
    patterns=frozenset({"expression_list"}),
    writes=frozenset(
        {
            ("assignment_statement", "left"),
            ("dec_statement", None),
            ("inc_statement", None),
            ("range_clause", "left"),
            ("receive_statement", "left"),
        }
    ),
    sequential=True,
)

_RUST = Rules(
    functions=frozenset({"source_file", "function_item", "closure_expression"}),
    blocks=frozenset({"block", "for_expression", "if_expression", "match_arm", "while_expression"}),
    binders={
        ("closure_parameters", None): "block",
        ("const_item", "name"): "outside",
        ("for_expression", "pattern"): "block",
        ("function_item", "name"): "outside",
        ("let_condition", "pattern"): "block",
        ("let_declaration", "pattern"): "block",
        ("match_pattern", None): "block",
        ("parameter", "pattern"): "block",
        ("static_item", "name"): "outside",
    },
    patterns=words(
        """
        captured_pattern field_pattern mut_pattern or_pattern ref_pattern reference_pattern
        slice_pattern struct_pattern tuple_pattern tuple_struct_pattern
        """
    ),
    writes=frozenset({("assignment_expression", "left"), ("compound_assignment_expr", "left")}),
    outside=frozenset({("for_expression", "value")}),
    members=frozenset(
        {
            ("macro_invocation", "macro"),
            ("scoped_identifier", "name"),
            ("scoped_identifier", "path"),
            ("tuple_struct_pattern", "type"),
        }
    ),
    names=frozenset({"identifier", "shorthand_field_identifier"}),
    short=frozenset({"shorthand_field_identifier"}),
    sequential=True,
)

_JAVA = Rules(
    functions=words(
        """
        compact_constructor_declaration constructor_declaration lambda_expression
        method_declaration program static_initializer
        """
    ),
    blocks=words(
        """
        block catch_clause class_body constructor_body enhanced_for_statement enum_body
        for_statement interface_body switch_block_statement_group switch_rule
        try_with_resources_statement
        """
    ),
    binders={
        ("catch_formal_parameter", "name"): "block",
        ("enhanced_for_statement", "name"): "block",
        ("formal_parameter", "name"): "block",
        ("inferred_parameters", None): "block",
        ("instanceof_expression", "name"): "block",
        ("lambda_expression", "parameters"): "block",
        ("resource", "name"): "block",
        ("variable_declarator", "name"): "block",
    },
    patterns=frozenset(),
    writes=frozenset({("assignment_expression", "left"), ("update_expression", None)}),
    outside=frozenset({("enhanced_for_statement", "value")}),
    members=frozenset(
        {
            ("annotation", "name"),
            ("break_statement", None),
            ("class_declaration", "name"),
            ("constructor_declaration", "name"),
            ("continue_statement", None),
            ("element_value_pair", "key"),
            ("enum_constant", "name"),
            ("field_access", "field"),
            ("labeled_statement", None),
            ("marker_annotation", "name"),
            ("method_declaration", "name"),
            ("method_invocation", "name"),
            ("method_reference", None),
            ("scoped_identifier", "name"),
            ("scoped_identifier", "scope"),
        }
    ),
    sequential=True,
)

_RULES = {
    "python": _PYTHON,
    **dict.fromkeys(("javascript", "javascriptreact", "typescript", "typescriptreact"), _SCRIPT),
    "go": _GO,
    "rust": _RUST,
    "java": _JAVA,
}
