"""Rename a variable to a better name.

The model finds the name, Python's scopes say where it stands, and what comes of it is compiled: it
must be the same program but for that name. Other languages have servers that know types.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.actions.name_from_model import checked_name, pattern, style
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import keeps_comments, keeps_layout, parses, sane_size, within_range
from fimls.refactor.python_analysis.function_tree import function_around
from fimls.refactor.python_analysis.rename_proof import source_around, why_not_only_renamed
from fimls.refactor.selection import Selection
from fimls.syntax import Parsed
from fimls.syntax.variable_occurrences import Variable, name_at, variable_at


@dataclass(frozen=True, slots=True)
class Rename:
    """Asks for a name, and replaces every occurrence of a local variable by it."""

    name: str = "rename"
    kind: str = "refactor.rewrite"
    languages: frozenset[str] = frozenset({"python"})
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
        start, end = variable.places[0].start, variable.places[-1].end
        made = ""
        last = start
        for place in variable.places:
            made += text[last : place.start]
            made += f"{variable.name} as {name}" if place.imported else name
            last = place.end
        change = Change.replacing(text, start, end, made, language=selection.language)
        begin, stop = source_around(parsed, start)
        grown = len(change.after) - len(text)
        reason = why_not_only_renamed(
            text[begin:stop], change.after[begin : stop + grown], variable.name, name
        )
        return Refusal(reason) if reason else change


def _is_one_word(selection: Selection) -> bool:
    return re.fullmatch(r"[\w$]*", selection.selected) is not None


def _hindrance(selection: Selection, parsed: Parsed, variable: Variable) -> str | None:
    """Say why a variable cannot be renamed, or None."""
    if variable.doubt:
        return variable.doubt
    first = variable.places[0]
    if first.imported and parsed.text[first.end : first.end + 1] == ".":
        return f"`{variable.name}` is the name of the package that is imported."
    if variable.parameter and not _is_given_by_place(parsed, first.start):
        return "Callers may pass it by its name."
    return None


def _is_given_by_place(parsed: Parsed, offset: int) -> bool:
    """Whether a parameter has a name that no caller can use: ``*args``, or one before ``/``."""
    function = function_around(parsed, offset)
    place = parsed.byte(offset)
    for scope in function.scope.walk() if function else ():
        if not isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        given = scope.node.args
        for each in (*given.posonlyargs, given.vararg, given.kwarg):
            if function and each and function.range_of(each)[0] == place:
                return True
    return False


RENAME = Rename()
