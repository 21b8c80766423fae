"""Rename a variable to a better name.

The model finds the name; the scopes of the language say where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.actions.naming import checked_name, pattern, style
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import keeps_comments, keeps_layout, parses, sane_size, within_range
from fimls.refactor.selection import Selection
from fimls.syntax import Parsed
from fimls.syntax.enclosing import enclosing
from fimls.syntax.variables import Variable, name_at, variable_at
from fimls.syntax.words import words

_LANGUAGES = words(
    """
    go java javascript javascriptreact python rust typescript typescriptreact
    """
)


@dataclass(frozen=True, slots=True)
class Rename:
    """Asks for a name, and replaces every occurrence of a local variable by it."""

    name: str = "rename"
    kind: str = "refactor.rewrite"
    languages: frozenset[str] = _LANGUAGES
    checks: tuple[Check, ...] = (
        parses,
        within_range,
        keeps_comments,
        keeps_layout,
        sane_size,
    )

    def find(self, selection: Selection) -> Target | None:
        """Return the scope of the local variable at the selection."""
        parsed = selection.parsed
        if parsed is None or not _is_one_word(selection):
            return None
        place = selection.start
        name = name_at(parsed, selection.language, place)
        if name is None or name in ("_", "cls", "self", "this"):
            return None
        variable = variable_at(parsed, selection.language, place)
        if variable is None:
            return None
        return Target(
            start=variable.start,
            end=variable.end,
            title=f"Rename `{name}` to a better name",
            disabled=_hindrance(selection, parsed, variable),
        )

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return the question for a name."""
        name = (
            name_at(selection.parsed, selection.language, selection.start)
            if (selection.parsed)
            else None
        )
        return Question(
            instruction=(
                f"Find a better name for the variable `{name}` of the part: one that says what it"
                f" holds, in {style(selection.language)}, different from all names that are there."
            ),
            form="name",
            regex=pattern(selection.language),
        )

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Replace the name in all its places."""
        parsed = selection.parsed
        variable = variable_at(parsed, selection.language, selection.start) if parsed else None
        if variable is None:
            return Refusal("There is no variable any more.")
        if answer.strip() == variable.name:
            return Refusal(f"`{variable.name}` is the name that it has.")
        name = checked_name(selection, answer, variable.taken)
        if isinstance(name, Refusal):
            return name
        text = selection.text
        start, end = variable.places[0].start, variable.places[-1].end
        made = ""
        last = start
        for place in variable.places:
            made += text[last : place.start]
            made += f"{variable.name}: {name}" if place.short else name
            last = place.end
        return Change.replacing(text, start, end, made, language=selection.language)


def _is_one_word(selection: Selection) -> bool:
    return re.fullmatch(r"[\w$]*", selection.selected) is not None


def _hindrance(selection: Selection, parsed: Parsed, variable: Variable) -> str | None:
    """Say why a variable cannot be renamed, or None."""
    if variable.doubt:
        return variable.doubt
    if selection.language == "python" and variable.parameter:
        word = re.escape(variable.name)
        if re.search(rf"[(,]\s*{word}\s*=(?!=)", selection.text[: variable.start]) or re.search(
            rf"[(,]\s*{word}\s*=(?!=)", selection.text[variable.end :]
        ):
            return f"It may be passed by its name, as in `{variable.name}=`."
        function = enclosing(parsed, variable.start, variable.start, "function")
        if (
            function is not None
            and (function.top or function.outer)
            and (function.head == variable.start and not re.match(r"_(?!_.*__$)", function.name))
        ):
            return "Callers in other files may pass it by its name."
    return None


RENAME = Rename()
