"""Turn callbacks on promises into async and await."""

from __future__ import annotations

from fimls.refactor.actions.function import FunctionAction
from fimls.syntax import Parsed
from fimls.syntax.enclosing import Enclosing


def _wanted(parsed: Parsed, function: Enclosing) -> bool:
    """Whether a function itself goes on with a promise's value in a callback."""
    body = parsed.text[function.body : function.end]
    return any(f".{name}(" in body for name in ("then", "catch", "finally"))


CONVERT_ASYNC = FunctionAction(
    name="convert-async",
    title="Convert `{name}` to async and await",
    instruction=(
        "Write the function `{name}` with async and await instead of callbacks on promises, without"
        " changing what it does: a callback of then becomes the code after an await, one of catch"
        " becomes a catch block. Keep its name, its parameters and its comments."
    ),
    languages=frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"}),
    wanted=_wanted,
)
