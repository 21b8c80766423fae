"""Add type hints to a function.

Of the model's answer only the signature is used: the body cannot change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.actions.function_rewrite import around
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import (
    keeps_layout,
    known_names,
    parses,
    same_code,
    sane_size,
    within_range,
)
from fimls.refactor.selection import Selection
from fimls.syntax import parse
from fimls.syntax.enclosing_definition import EnclosingDefinition, enclosing

_TYPESCRIPT = frozenset({"typescript", "typescriptreact"})


@dataclass(frozen=True, slots=True)
class AddTypeHints:
    """Asks for a function with type hints, and takes over its signature."""

    name: str = "add-type-hints"
    kind: str = "refactor.rewrite"
    languages: frozenset[str] = frozenset({"python"}) | _TYPESCRIPT
    checks: tuple[Check, ...] = (
        parses,
        within_range,
        same_code(annotations=True),
        known_names,
        keeps_layout,
        sane_size,
    )

    def find(self, selection: Selection) -> Target | None:
        """Return the function around the selection, if its signature lacks types."""
        function = around(selection)
        if function is None or function.signature == function.result:
            return None
        if not _lacks_types(selection, function):
            return None
        return Target(
            start=function.start, end=function.end, title=f"Add type hints to `{function.name}`"
        )

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return which types are meant."""
        function = around(selection)
        name = function.name if function else ""
        if selection.language in _TYPESCRIPT:
            types = "Use types that the file knows, and unknown rather than any."
        else:
            types = (
                "Give each parameter the one type that the body needs, with what it contains"
                " (list[int]), and add | None only where None can come. Names that the file does"
                " not import cannot be used."
            )
        return Question(
            instruction=(
                f"Add types to the parameters and the result of the function `{name}`. {types}"
                " Change nothing else."
            )
        )

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Replace the signature by the answer's."""
        function = around(selection)
        if function is None:
            return Refusal("There is no function any more.")
        signature = _signature(selection.language, function, answer)
        if signature is None:
            return Refusal(f"The answer has no function `{function.name}`.")
        return Change.replacing(
            selection.text,
            function.signature,
            function.result,
            signature,
            language=selection.language,
        )


def _lacks_types(selection: Selection, function: EnclosingDefinition) -> bool:
    text = selection.text[function.signature : function.result]
    if selection.language == "python":
        plain = re.sub(r"^\(\s*(?:self|cls)\b\s*,?", "(", text)
        parameters, _, result = plain.rpartition(")")
        named = [part for part in _split(parameters[1:]) if part.strip(" \n\t*/")]
        return "->" not in result or any(":" not in part for part in named)
    parameters = _split(text[1:].rpartition(")")[0]) if text.startswith("(") else [text]
    named = [part for part in parameters if part.strip()]
    typed = re.search(r"\)\s*:", text) is not None or function.name == "constructor"
    return not typed or any(":" not in part for part in named)


def _split(parameters: str) -> list[str]:
    """Return the parts between the commas that no bracket is around."""
    parts, depth = [""], 0
    for character in parameters:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _signature(language: str, function: EnclosingDefinition, answer: str) -> str | None:
    """Return the signature of a function in the answer; the head alone is enough."""
    bodies = ("", "\n    pass", " {}") if language == "python" else ("", " {}", " => {}")
    for body in bodies:
        text = answer.rstrip() + body
        tree = parse(text, language)
        if tree is None:
            return None
        for start in _mentions(text, function.name):
            found = enclosing(tree, start, start, "function")
            if found is not None and found.name == function.name and found.result > found.signature:
                return text[found.signature : found.result]
    return None


def _mentions(text: str, name: str) -> list[int]:
    return [match.start() for match in re.finditer(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text)]


ADD_TYPE_HINTS = AddTypeHints()
