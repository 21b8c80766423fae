"""A change that has not been offered yet, and what it is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from fimls.refactor.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file that a change adds: `path` is relative to the folder of the document, with slashes."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one document would become.

    Invariant: it says what it may touch (`start` to `end`), and that is checked like all the rest.

    Attributes:
        before: the whole text as it is.
        after: the whole text as it would be.
        start: offset in `before` of the first character that may change.
        end: offset in `before` after the last character that may change.
        language: LSP language identifier.
        new_files: files that come with it.
        named: the name that is new in it, for the user to change; empty where there is none.
        written: whether a model wrote any of it but a name; the service says so.
        verdict: what speaks for what a model wrote, once somebody looked.
    """

    before: str
    after: str
    start: int
    end: int
    language: str
    new_files: tuple[NewFile, ...] = field(default=())
    named: str = ""
    written: bool = False
    verdict: Verdict | None = None

    @classmethod
    def replacing(cls, before: str, start: int, end: int, text: str, *, language: str) -> Change:
        """Return the change that puts `text` between two offsets."""
        after = before[:start] + text + before[end:]
        return cls(before=before, after=after, start=start, end=end, language=language)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an action says that changes nothing: Markdown that the user reads."""

    text: str


@dataclass(frozen=True, slots=True)
class ProposedName(Explanation):
    """A name, for the editor's own provider to give; nothing is changed here."""


Check: TypeAlias = Callable[[Change], str | None]
"""Says in one sentence what is wrong with a change, or None; the sentence is read by the model,
which gets one chance to repair it, and by the user. Checks are pure and never raise."""
