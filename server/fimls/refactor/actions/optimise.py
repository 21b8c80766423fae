"""Make a function faster."""

from __future__ import annotations

from fimls.refactor.actions.function_rewrite import FunctionAction, has
from fimls.syntax.word_sets import words

REPEATS = words(
    """
    dictionary_comprehension do_statement enhanced_for_statement for for_each_statement
    for_expression for_in_statement for_range_loop for_statement foreach_statement
    generator_expression list_comprehension loop_expression set_comprehension until while
    while_expression while_statement
    """
)

OPTIMISE = FunctionAction(
    name="optimise",
    title="Optimise `{name}`",
    instruction=(
        "Make the function `{name}` faster without changing what it returns: use better data"
        " structures and algorithms, and compute nothing twice. Keep its name, its parameters and"
        " its comments, and use only names that the file has."
    ),
    wanted=lambda parsed, function: has(parsed, function, REPEATS),
)
