"""Put a variable's value in its places; no model is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import EXACT
from fimls.refactor.selection import Selection
from fimls.refactor.transformations.inlining import Inlining, inlining_at


@dataclass(frozen=True, slots=True)
class InlineVariable:
    """Replaces a local variable by the value that it is given once."""

    name: str = "inline-variable"
    kind: str = "refactor.inline"
    languages: frozenset[str] = frozenset({"python"})
    checks: tuple[Check, ...] = EXACT

    def find(self, selection: Selection) -> Target | None:
        """Return the lines from the declaration of the variable to its last place."""
        found = _inlining(selection)
        if found is None:
            return None
        end = found.places[-1][0].end if found.places else found.end
        return Target(
            start=found.start,
            end=max(found.end, end),
            title=f"Inline `{found.name}`",
            disabled=found.reason,
        )

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return the change."""
        found = _inlining(selection)
        if found is None or found.reason:
            return Refusal(found.reason if found and found.reason else "There is no such variable.")
        text = selection.text
        made, last = "", found.end
        for place, needs_parentheses in found.places:
            value = f"({found.value})" if needs_parentheses else found.value
            made += text[last : place.start]
            made += value
            last = place.end
        return Change.replacing(text, found.start, last, made, language=selection.language)

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Nobody was asked."""
        return Refusal("This needs no answer.")


def _inlining(selection: Selection) -> Inlining | None:
    if selection.parsed is None or not re.fullmatch(r"[\w$]*", selection.selected):
        return None
    return inlining_at(selection.parsed, selection.start)


INLINE_VARIABLE = InlineVariable()
