"""Give an expression a name: a variable before its statement.

The model finds the name; whether the value is the same there, the tree says.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.actions.name_from_model import (
    checked_name,
    free_name,
    names_in,
    pattern,
    style,
)
from fimls.refactor.actions.text_layout import in_one_line, line_end_of
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import EXACT, sane_size
from fimls.refactor.selection import Selection
from fimls.refactor.transformations.hoisting import Hoist, hoist
from fimls.syntax.enclosing_definition import enclosing


@dataclass(frozen=True, slots=True)
class ExtractVariable:
    """Asks for a name, and puts the selected expression under it."""

    name: str = "extract-variable"
    kind: str = "refactor.extract"
    languages: frozenset[str] = frozenset({"python"})
    checks: tuple[Check, ...] = (*EXACT, sane_size)

    def find(self, selection: Selection) -> Target | None:
        """Return the selected expression."""
        found = _hoist(selection)
        if found is None:
            return None
        shown = in_one_line(selection.text[found.start : found.end])
        return Target(
            start=found.start,
            end=found.end,
            title=f"Extract `{shown}` into a variable",
            disabled=found.reason,
        )

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return the question for a name."""
        found = _hoist(selection)
        expression = selection.text[target.start : target.end]
        return Question(
            instruction=(
                f"The expression `{expression}` of the part gets a variable of its own. Find a name"
                f" for it that says what it holds, in {style(selection.language)}, different from"
                " all names that are there."
            ),
            form="name",
            regex=pattern(selection.language),
            placeholder=free_name("new_variable", _taken(selection, found)) if found else "",
        )

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Declare the variable, and put its name in the expression's place."""
        found = _hoist(selection)
        if found is None or found.reason:
            return Refusal("The expression is not there any more.")
        name = checked_name(selection, answer, _taken(selection, found))
        if isinstance(name, Refusal):
            return name
        text = selection.text
        declared = f"{name} = {_value(text[found.start : found.end])}"
        between = text[found.line : found.start]
        change = Change.replacing(
            text,
            found.line,
            found.end,
            f"{found.indent}{declared}{line_end_of(text)}{between}{name}",
            language=selection.language,
        )
        return replace(change, named=name)


def _hoist(selection: Selection) -> Hoist | None:
    if selection.parsed is None:
        return None
    return hoist(selection.parsed, selection.start, selection.end)


def _value(expression: str) -> str:
    """Return an expression as it can stand behind ``=``; brackets hold its lines together."""
    if re.search(r"[\r\n]", expression):
        try:
            ast.parse(f"value = {expression}")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return f"({expression})"
    return expression


def _taken(selection: Selection, found: Hoist) -> frozenset[str]:
    """Return the words that the new name may not be."""
    parsed = selection.parsed
    function = enclosing(parsed, found.start, found.end, "function") if parsed else None
    while parsed is not None and function is not None and not function.top:
        outer = enclosing(parsed, max(function.start - 1, 0), function.end, None)
        if outer is None or outer.start >= function.start:
            break
        function = outer
    if function is None:
        return names_in(selection.text)
    return names_in(selection.text[function.start : function.end])


EXTRACT_VARIABLE = ExtractVariable()
