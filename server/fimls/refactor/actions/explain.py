"""Explain code: words, no edit."""

from __future__ import annotations

from dataclasses import dataclass

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.actions.function_rewrite import around
from fimls.refactor.change import Change, Check
from fimls.refactor.selected_lines import selected_lines
from fimls.refactor.selection import Selection


@dataclass(frozen=True, slots=True)
class Explain:
    """Asks what the selected code does, or the function or class around the cursor."""

    name: str = "explain"
    kind: str = "refactor.explain"
    languages: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = ()

    def find(self, selection: Selection) -> Target | None:
        """Return the selected lines, or the smallest definition around the cursor."""
        if selection.selected.strip():
            start, end = selected_lines(selection)
            return Target(start=start, end=end, title="Explain the selected code")
        found = around(selection, None)
        if found is None:
            return None
        return Target(start=found.start, end=found.end, title=f"Explain `{found.name}`")

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return the question."""
        return Question(
            instruction=(
                "Explain the part to a programmer who reads it for the first time: first in one"
                " sentence what it is for, then how it works, then what is easily overlooked. Be"
                " brief and do not repeat the code."
            ),
            form="prose",
        )

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Nothing is changed: what the model says is shown as it is."""
        return Refusal("An explanation changes nothing.")


EXPLAIN = Explain()
