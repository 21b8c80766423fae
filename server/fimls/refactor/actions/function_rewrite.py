"""What actions have in common by which a model writes a function anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import (
    keeps_comments,
    keeps_definitions,
    keeps_imports,
    keeps_layout,
    known_names,
    parses,
    sane_size,
    within_range,
)
from fimls.refactor.selection import Selection
from fimls.syntax import Parsed
from fimls.syntax.enclosing_definition import EnclosingDefinition, EnclosingKind, enclosing

SAME_FACE: tuple[Check, ...] = (
    parses,
    within_range,
    keeps_definitions,
    keeps_imports,
    keeps_comments,
    known_names,
    keeps_layout,
    sane_size,
)
"""For a function that does the same for its callers, whatever changes inside of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionAction:
    """A `fimls.refactor.Action` whose target is the function around the selection.

    Attributes:
        name: see `fimls.refactor.Action`.
        kind: see `fimls.refactor.Action`.
        languages: see `fimls.refactor.Action`.
        checks: see `fimls.refactor.Action`.
        title: the menu's words, with ``{name}`` for the function's.
        instruction: what the model is told, with ``{name}`` too.
        wanted: whether a function has anything that the action is for.
    """

    name: str
    title: str
    instruction: str
    wanted: Callable[[Parsed, EnclosingDefinition], bool]
    kind: str = "refactor.rewrite"
    languages: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = SAME_FACE

    def find(self, selection: Selection) -> Target | None:
        """Return the function around the selection, if it is one that the action is for."""
        function = around(selection)
        if function is None or selection.parsed is None:
            return None
        if not self.wanted(selection.parsed, function):
            return None
        return Target(
            start=function.start, end=function.end, title=self.title.format(name=function.name)
        )

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return the instruction."""
        function = around(selection)
        name = function.name if function else ""
        return Question(instruction=self.instruction.format(name=name))

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Put the new function in the old one's place."""
        return replacing(selection, target, answer)


def around(
    selection: Selection, kind: EnclosingKind | None = "function"
) -> EnclosingDefinition | None:
    """Return the function around a selection, or around the beginning of one that is longer."""
    if selection.parsed is None:
        return None
    found = enclosing(selection.parsed, selection.start, selection.end, kind)
    if found is None and selection.end > selection.start:
        text = selection.selected
        start = selection.start + len(text) - len(text.lstrip())
        end = selection.start + len(text.rstrip())
        found = enclosing(selection.parsed, start, end, kind)
    return found


def replacing(selection: Selection, target: Target, text: str) -> Change:
    """Return the change that puts a text in the target's place, without empty lines around it."""
    new = text.strip("\r\n")
    return Change.replacing(
        selection.text, target.start, target.end, new, language=selection.language
    )


def has(parsed: Parsed, function: EnclosingDefinition, kinds: frozenset[str]) -> bool:
    """Whether the body of a function has a node of one of some kinds."""
    return find_kind(parsed, function.body, function.end, kinds)


def find_kind(parsed: Parsed, start: int, end: int, kinds: frozenset[str]) -> bool:
    """Whether a node of one of some kinds begins in a part of the text."""
    first, last = parsed.byte(start), parsed.byte(end)
    top = parsed.root.named_descendant_for_byte_range(first, last)
    stack = [top] if top is not None else []
    while stack:
        node = stack.pop()
        if node.type in kinds and first <= node.start_byte < last:
            return True
        stack.extend(c for c in node.named_children if c.end_byte > first and c.start_byte < last)
    return False
