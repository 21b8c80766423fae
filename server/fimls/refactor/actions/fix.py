"""Fix what a diagnostic complains about."""

from __future__ import annotations

from dataclasses import dataclass

from fimls.refactor.action import Question, Refusal, Target
from fimls.refactor.actions.function_rewrite import SAME_FACE, replacing
from fimls.refactor.change import Change, Check
from fimls.refactor.selection import Problem, Selection
from fimls.syntax import statement_at
from fimls.syntax.enclosing_definition import enclosing

LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Fix:
    """Asks for the function, or the statement, that a diagnostic is in, without its cause."""

    name: str = "fix"
    kind: str = "quickfix"
    languages: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = SAME_FACE

    def find(self, selection: Selection) -> Target | None:
        """Return the function around the first diagnostic, or else the lines that it is in."""
        if not selection.problems:
            return None
        problem = selection.problems[0]
        start, end = _part(selection, problem)
        if start >= end:
            return None
        message = " ".join(problem.message.split())
        if len(message) > LONGEST_TITLE:
            message = f"{message[: LONGEST_TITLE - 1].rstrip()}…"
        return Target(start=start, end=end, title=f"Fix: {message}")

    def ask(self, selection: Selection, target: Target) -> Question | Change | Refusal:
        """Return the diagnostics that the target has, with their lines."""
        inside = [p for p in selection.problems if target.start <= p.start <= target.end]
        said = "\n".join(f"- {_said(selection, problem)}" for problem in inside)
        return Question(
            instruction=f"Correct the part so that this is no longer reported:\n{said}\nChange"
            " nothing else, and do not silence it by a comment."
        )

    def read(self, selection: Selection, target: Target, answer: str) -> Change | Refusal:
        """Put the corrected code in its place."""
        return replacing(selection, target, answer)


def _part(selection: Selection, problem: Problem) -> tuple[int, int]:
    if selection.parsed is not None:
        found = enclosing(selection.parsed, problem.start, problem.end, "function")
        if found is not None:
            return found.start, found.end
        span = statement_at(selection.parsed, problem.start)
        if span is not None and not span.missing:
            return span.start, max(span.end, problem.end)
    return _lines(selection.text, problem.start, problem.end)


def _lines(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the whole lines around two offsets, without indentation and line end."""
    while start and text[start - 1] not in "\r\n":
        start -= 1
    while end < len(text) and text[end] not in "\r\n":
        end += 1
    while start < end and text[start] in " \t":
        start += 1
    return start, end


def _said(selection: Selection, problem: Problem) -> str:
    start, end = _lines(selection.text, problem.start, problem.start)
    by = " ".join(filter(None, (problem.source, problem.code)))
    line = selection.text[start:end].strip()
    message = " ".join(problem.message.split())
    return f"{message}{f' ({by})' if by else ''}, at `{line}`"


FIX = Fix()
