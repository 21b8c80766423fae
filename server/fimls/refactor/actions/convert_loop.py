"""Turn a loop that fills a collection into a comprehension, and back; no model is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.actions.text_layout import indent_at, unit_of, with_line_ends_of
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import EXACT
from fimls.refactor.selection import Selection
from fimls.refactor.transformations.comprehensions import filling_at
from fimls.refactor.transformations.filled_collections import Filling
from fimls.syntax.enclosing_definition import enclosing

WIDTH = 88
"""Columns that a comprehension may take in one line."""


@dataclass(frozen=True, slots=True)
class ConvertLoop:
    """Writes the same in Python's other form."""

    name: str = "convert-loop"
    kind: str = "refactor.rewrite"
    languages: frozenset[str] = frozenset({"python"})
    checks: tuple[Check, ...] = EXACT

    def find(self, selection: Selection) -> Target | None:
        """Return the loop with its collection, or the comprehension's statement."""
        found = _filling(selection)
        if found is None:
            return None
        other = "a comprehension" if found.form == "loop" else "a loop"
        return Target(
            start=found.start,
            end=found.end,
            title=f"Convert to {other}: `{found.name}`",
            disabled=found.reason,
        )

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return the change."""
        found = _filling(selection)
        if found is None or found.reason:
            return Refusal(found.reason if found and found.reason else "There is no such loop.")
        text = selection.text
        indent = indent_at(text, found.start)
        unit = _unit(selection, found)
        write = _comprehension if found.form == "loop" else _loop
        made = with_line_ends_of(write(found, indent, unit), text)
        return Change.replacing(text, found.start, found.end, made, language=selection.language)

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Nobody was asked."""
        return Refusal("This needs no answer.")


def _filling(selection: Selection) -> Filling | None:
    if selection.parsed is None:
        return None
    text = selection.selected
    return filling_at(selection.parsed, selection.start + len(text) - len(text.lstrip()))


def _unit(selection: Selection, found: Filling) -> str:
    function = enclosing(selection.parsed, found.start) if selection.parsed else None
    start, end = (function.start, function.end) if function else (0, len(selection.text))
    return unit_of(selection.text, start, end)


def _comprehension(found: Filling, indent: str, unit: str) -> str:
    opening, closing = ("[", "]") if found.collection == "list" else ("{", "}")
    element = f"{found.key}: {found.element}" if found.key else found.element
    begin = f"{found.target.rstrip()} = {opening}"
    line = f"{begin}{' '.join((element, *found.clauses))}{closing}"
    if len(indent) + len(line) <= WIDTH and "\n" not in line:
        return line
    parts = "\n".join(f"{indent}{unit}{part}" for part in (element, *found.clauses))
    return f"{begin}\n{parts}\n{indent}{closing}"


def _loop(found: Filling, indent: str, unit: str) -> str:
    empty = {"list": "[]", "set": "set()", "dict": "{}"}[found.collection]
    lines = [f"{found.target.rstrip()} = {empty}"]
    depth = indent
    for clause in found.clauses:
        lines.append(f"{depth}{clause}:")
        depth += unit
    element = _in_one_line(found.element)
    if found.collection == "dict":
        lines.append(f"{depth}{found.name}[{_in_one_line(found.key)}] = {element}")
    else:
        method = "append" if found.collection == "list" else "add"
        lines.append(f"{depth}{found.name}.{method}({element})")
    return "\n".join(lines)


def _in_one_line(expression: str) -> str:
    return re.sub(r"\s*[\r\n]\s*", " ", expression)


CONVERT_LOOP = ConvertLoop()
