"""Write what a stub or a note leaves open."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.actions.function_rewrite import around, replacing
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import (
    keeping_comments,
    keeps_definitions,
    keeps_imports,
    keeps_layout,
    known_names,
    parses,
    sane_size,
    within_range,
)
from fimls.refactor.selection import Selection
from fimls.syntax.enclosing_definition import EnclosingDefinition

_NOTE = re.compile(r"(?:#|//|/\*|--)[^\n]*?\b(?:TODO|FIXME|XXX)\b[:\s]*([^\n*]*)")
_OPEN = re.compile(
    r"NotImplemented(?:Error|Exception)?\b|\bnot implemented\b|\bunimplemented!\(|\btodo!\("
    r"|\bTODO\(|UnsupportedOperationException",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"\s*(?:pass|\.\.\.|\{\s*\}|end)?\s*$")


@dataclass(frozen=True, slots=True)
class Implement:
    """Asks for the body of a function that has none yet, or for what a note in it says."""

    name: str = "implement"
    kind: str = "refactor.rewrite"
    languages: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = (
        parses,
        within_range,
        keeps_definitions,
        keeps_imports,
        keeping_comments(tasks=False),
        known_names,
        keeps_layout,
        sane_size,
    )

    def find(self, selection: Selection) -> Target | None:
        """Return the function around the selection, if something in it is left open."""
        function = around(selection)
        if function is None:
            return None
        note = _note(selection, function)
        if not note and not _is_stub(selection, function):
            return None
        title = f"Implement `{function.name}`"
        if note and not _is_stub(selection, function):
            title = f"Do what the TODO in `{function.name}` says"
        return Target(start=function.start, end=function.end, title=title)

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return what to write."""
        function = around(selection)
        note = _note(selection, function) if function else ""
        name = function.name if function else ""
        if note:
            what = f"Do what the note in the function `{name}` says ({note}), and remove the note."
        else:
            what = f"Write the body of the function `{name}`, which is not implemented yet."
        return Question(
            instruction=f"{what} Keep its name, its parameters and its documentation, and use only"
            " names that the file has. Leave nothing open."
        )

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Put the function in its place; one that is still open is refused."""
        before = selection.text[target.start : target.end]
        if len(_OPEN.findall(answer)) >= max(len(_OPEN.findall(before)), 1):
            return Refusal("The function is still not implemented.")
        if len(_NOTE.findall(answer)) >= max(len(_NOTE.findall(before)), 1):
            return Refusal("The answer leaves a TODO open.")
        return replacing(selection, target, answer)


def _note(selection: Selection, function: EnclosingDefinition) -> str:
    """Return what the first note says at the selection, or else in the function; or nothing."""
    found = list(_NOTE.finditer(selection.text, function.start, function.end))
    here = [m for m in found if m.start() <= selection.end and m.end() >= selection.start]
    notes = here or found
    return (notes[0][1].strip() or "TODO") if notes else ""


def _is_stub(selection: Selection, function: EnclosingDefinition) -> bool:
    """Whether a body has nothing but documentation and a word that it is missing."""
    body = selection.text[function.body : function.end]
    body = re.sub(r'^\s*(?:"""(?s:.*?)"""|\'\'\'(?s:.*?)\'\'\')', "", body)
    code = "\n".join(line for line in body.split("\n") if not line.strip().startswith(("#", "//")))
    if _EMPTY.match(code):
        return True
    statements = [line for line in code.split("\n") if line.strip(" \t\r{};")]
    return len(statements) <= 1 and _OPEN.search(code) is not None


IMPLEMENT = Implement()
