"""Simplify a function: early returns, nothing needless."""

from __future__ import annotations

from fimls.refactor.actions.function_rewrite import FunctionAction, has
from fimls.syntax.word_sets import words

BRANCHES = words(
    """
    conditional_expression expression_switch_statement for_expression for_in_statement
    for_statement if if_expression if_statement match_expression match_statement
    switch_expression switch_statement ternary_expression unless when_expression
    while_expression while_statement
    """
)

SIMPLIFY = FunctionAction(
    name="simplify",
    title="Simplify `{name}`",
    instruction=(
        "Simplify the function `{name}` without changing what it does: return early instead of"
        " nesting conditions, drop needless else branches, variables and comparisons. Keep its"
        " name, its parameters and its comments."
    ),
    wanted=lambda parsed, function: has(parsed, function, BRANCHES),
)
