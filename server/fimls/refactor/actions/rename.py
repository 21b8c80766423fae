"""Rename a variable to a better name.

The model finds the name, Python's scopes say where it stands, and what comes of it is compiled: it
must be the same program but for that name. Other languages have servers that know types: where the
editor has a provider that renames, whatever the language, only the name is proposed, for that one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.actions.name_from_model import checked_name, pattern, style
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import EXACT, sane_size
from fimls.refactor.python_analysis.function_tree import function_around
from fimls.refactor.python_analysis.known_callers import keywords_of
from fimls.refactor.python_analysis.rename_proof import source_around, why_not_only_renamed
from fimls.refactor.selection import Selection
from fimls.syntax import Parsed
from fimls.syntax.enclosing_definition import enclosing
from fimls.syntax.variable_occurrences import Variable, name_at, variable_at


@dataclass(frozen=True, slots=True)
class Rename:
    """Asks for a name, and replaces every occurrence of a local variable by it."""

    name: str = "rename"
    kind: str = "refactor.rewrite"
    languages: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = (*EXACT, sane_size)

    def find(self, selection: Selection) -> Target | None:
        """Return the scope of the local variable at the selection."""
        parsed = selection.parsed
        if parsed is None or not _is_one_word(selection):
            return None
        if selection.renamed_elsewhere:
            return _named_elsewhere(selection, parsed)
        if selection.language != "python":
            return None
        place = selection.start
        name = name_at(parsed, place)
        if name is None or name in ("_", "cls", "self"):
            return None
        variable = variable_at(parsed, place)
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
        name = name_at(selection.parsed, selection.start) if selection.parsed else None
        return Question(
            instruction=(
                f"Find a better name for the variable `{name}` of the part: one that says what it"
                f" holds, in {style(selection.language)}, different from all names that are there."
            ),
            form="name",
            regex=pattern(selection.language),
            proposes=selection.renamed_elsewhere,
        )

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Replace the name in all its places."""
        parsed = selection.parsed
        variable = variable_at(parsed, selection.start) if parsed else None
        if parsed is None or variable is None:
            return Refusal("There is no variable any more.")
        if answer.strip() == variable.name:
            return Refusal(f"`{variable.name}` is the name that it has.")
        name = checked_name(selection, answer, variable.taken)
        if isinstance(name, Refusal):
            return name
        text = selection.text
        called, keywords = _named_by_callers(parsed, variable) or ("", [])
        places = [(place.start, place.imported) for place in variable.places]
        places = sorted([*places, *((each, False) for each in keywords)])
        start, end = places[0][0], places[-1][0] + len(variable.name)
        made = ""
        last = start
        for place, imported in places:
            made += text[last:place]
            made += f"{variable.name} as {name}" if imported else name
            last = place + len(variable.name)
        change = Change.replacing(text, start, end, made, language=selection.language)
        begin, stop = source_around(parsed, start)
        grown = len(change.after) - len(text)
        reason = why_not_only_renamed(
            text[begin:stop], change.after[begin : stop + grown], variable.name, name, called
        )
        return Refusal(reason) if reason else change


def _named_elsewhere(selection: Selection, parsed: Parsed) -> Target | None:
    """Return what is around a name that stands for something; the provider knows for what."""
    name = name_at(parsed, selection.start)
    if name is None or not name.strip("_") or name in ("cls", "self", "this"):
        return None
    around = enclosing(parsed, selection.start)
    start, end = (around.start, around.end) if around else (0, len(selection.text))
    return Target(start=start, end=end, title=f"Rename `{name}` to a better name")


def _is_one_word(selection: Selection) -> bool:
    return re.fullmatch(r"[\w$]*", selection.selected) is not None


def _hindrance(selection: Selection, parsed: Parsed, variable: Variable) -> str | None:
    """Say why a variable cannot be renamed, or None."""
    if variable.doubt:
        return variable.doubt
    first = variable.places[0]
    if first.imported and parsed.text[first.end : first.end + 1] == ".":
        return f"`{variable.name}` is the name of the package that is imported."
    if variable.parameter and _named_by_callers(parsed, variable) is None:
        return "Callers may pass it by its name."
    return None


def _named_by_callers(parsed: Parsed, variable: Variable) -> tuple[str, list[int]] | None:
    """Return a parameter's function, and where callers name it; None if some may be elsewhere."""
    place = variable.places[0].start
    function = function_around(parsed, place) if variable.parameter else None
    found = keywords_of(function, parsed.byte(place)) if function else None
    return (found[0], [parsed.offset(each) for each in found[1]]) if found else None


RENAME = Rename()
