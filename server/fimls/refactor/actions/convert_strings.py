"""Turn an older way to format a string into an f-string; no model is asked."""

from __future__ import annotations

from dataclasses import dataclass

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import EXACT
from fimls.refactor.selection import Selection
from fimls.refactor.transformations.f_strings import Formatting, formatting_at


@dataclass(frozen=True, slots=True)
class ConvertStrings:
    """Writes ``%`` and ``format`` as an f-string."""

    name: str = "convert-strings"
    kind: str = "refactor.rewrite"
    languages: frozenset[str] = frozenset({"python"})
    checks: tuple[Check, ...] = EXACT

    def find(self, selection: Selection) -> Target | None:
        """Return the formatted string at the selection."""
        found = _found(selection)
        if found is None:
            return None
        return Target(
            start=found.start,
            end=found.end,
            title="Convert to an f-string",
            disabled=found.reason,
        )

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return the change."""
        found = _found(selection)
        if found is None or found.reason:
            return Refusal(found.reason if found and found.reason else "There is no such string.")
        return Change.replacing(
            selection.text, found.start, found.end, found.result, language=selection.language
        )

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Nobody was asked."""
        return Refusal("This needs no answer.")


def _found(selection: Selection) -> Formatting | None:
    if selection.parsed is None:
        return None
    text = selection.selected
    start = selection.start + len(text) - len(text.lstrip())
    return formatting_at(selection.parsed, start)


CONVERT_STRINGS = ConvertStrings()
