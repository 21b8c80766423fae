"""Handle the errors that can happen in a function."""

from __future__ import annotations

from fimls.refactor.actions.function_rewrite import FunctionAction, has
from fimls.syntax import Parsed
from fimls.syntax.enclosing_definition import EnclosingDefinition
from fimls.syntax.word_sets import words

CALLS = words(
    """
    call call_expression function_call_expression index_expression invocation_expression
    member_call_expression method_invocation object_creation_expression subscript
    """
)
HANDLERS = frozenset({"catch_clause", "except_clause", "rescue", "try_statement", "try_expression"})


def _wanted(parsed: Parsed, function: EnclosingDefinition) -> bool:
    return has(parsed, function, CALLS) and not has(parsed, function, HANDLERS)


HANDLE_ERRORS = FunctionAction(
    name="handle-errors",
    title="Handle errors in `{name}`",
    instruction=(
        "Add error handling to the function `{name}`: catch or check the errors that its calls can"
        " end with, each as closely as possible, and report them the way this file and language"
        " usually do. Never hide an error. Where nothing fails it does what it did. Keep its name,"
        " its parameters and its comments, and use only names that the file has."
    ),
    wanted=_wanted,
)
