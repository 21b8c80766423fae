"""Turn callbacks on promises into async and await."""

from __future__ import annotations

import re
from dataclasses import replace

from fimls.refactor.actions.function_rewrite import SAME_FACE, FunctionAction
from fimls.refactor.change import Change
from fimls.refactor.checks import keeps_definitions
from fimls.syntax import Parsed
from fimls.syntax.enclosing_definition import EnclosingDefinition


def _wanted(parsed: Parsed, function: EnclosingDefinition) -> bool:
    """Whether a function itself goes on with a promise's value in a callback."""
    body = parsed.text[function.body : function.end]
    return any(f".{name}(" in body for name in ("then", "catch", "finally"))


def keeps_definitions_but_async(change: Change) -> str | None:
    """Refuse another signature; ``async`` may be added, for the function gave a promise anyway."""
    start, tail = change.start, change.before[change.end :]
    made = change.after[start : len(change.after) - len(tail)]
    plain = re.sub(r"\basync\s+", "", made, count=1)
    return keeps_definitions(replace(change, after=change.after[:start] + plain + tail))


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
    checks=tuple(
        keeps_definitions_but_async if check is keeps_definitions else check for check in SAME_FACE
    ),
)
