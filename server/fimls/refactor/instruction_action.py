"""Rewriting as the user says: the command ``fimls.rewrite``, for which editors ask the words."""

from __future__ import annotations

from dataclasses import dataclass

from fimls.refactor.action import Question, Target
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import keeps_layout, parses, stays_apart
from fimls.refactor.selected_lines import selected_lines
from fimls.refactor.selection import Selection


@dataclass(frozen=True, slots=True)
class InstructionAction:
    """The `fimls.refactor.Action` of one instruction.

    It may do anything that was asked for: only what no instruction means is checked.
    """

    instruction: str

    name: str = "rewrite"
    kind: str = "refactor.rewrite"
    languages: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = (stays_apart, parses, keeps_layout)

    def find(self, selection: Selection) -> Target | None:
        """Return the selected lines."""
        start, end = selected_lines(selection)
        return Target(start=start, end=end, title="Rewrite") if start < end else None

    def ask(self, selection: Selection, target: Target) -> Question:
        """Return the instruction."""
        return Question(instruction=self.instruction)

    def read(self, selection: Selection, target: Target, answer: str) -> Change:
        """Put the answer in the lines' place."""
        return Change.replacing(
            selection.text, target.start, target.end, answer, language=selection.language
        )
