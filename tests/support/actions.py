"""Golden cases of single actions: a marked document -> what is offered -> what becomes of it.

How they are written stands in tests/data/refactor/actions/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fimls.refactor import Problem, Selection
from fimls.syntax import parse
from fimls.text import Document, Text

CASE = re.compile(r"^=== (?P<name>.+) \[(?P<language>[\w-]+)(?:, (?P<path>\S+))?\]\n", re.MULTILINE)
PART = re.compile(r"^--- (\w+(?: \w+)?)(?:: ?(.*))?\n", re.MULTILINE)
MARKS = str.maketrans({"⇥": "\t", "·": " ", "¶": None, "␍": "\r"})


@dataclass(frozen=True)
class ActionCase:
    """One case: `parts` are its heads (``offered``, ``answer`` ...), what is behind, and below."""

    action: str
    name: str
    selection: Selection
    parts: tuple[tuple[str, str, str], ...]

    def part(self, head: str) -> tuple[str, str] | None:
        return next(((said, text) for name, said, text in self.parts if name == head), None)


def read_cases(file: Path) -> Iterator[ActionCase]:
    _, *found = CASE.split(file.read_text(encoding="utf-8"))
    for name, language, path, body in zip(*[iter(found)] * 4, strict=True):
        document, *rest = PART.split(body)
        parts = tuple(
            (head, said or "", unmarked(text))
            for head, said, text in zip(rest[::3], rest[1::3], rest[2::3], strict=True)
        )
        problem = next((said for head, said, _ in parts if head == "problem"), None)
        siblings = next((said.split() for head, said, _ in parts if head == "siblings"), [])
        yield ActionCase(
            action=file.stem.replace("_", "-"),
            name=f"{file.stem}: {name}",
            selection=selection_of(
                unmarked(document), language, path or "file", problem, tuple(siblings)
            ),
            parts=parts,
        )


def unmarked(text: str) -> str:
    text = text.rstrip("\n")
    return (f"{text}\n" if text else "").translate(MARKS)


def selection_of(
    text: str,
    language: str,
    path: str,
    problem: str | None = None,
    siblings: tuple[str, ...] = (),
) -> Selection:
    """Return what ``«`` and ``»`` select in a text, or a bare cursor at ``‸``."""
    if "‸" in text:
        start = end = text.index("‸")
        text = text.replace("‸", "")
    else:
        start = text.index("«")
        end = text.index("»") - 1
        text = text.replace("«", "").replace("»", "")
    document = Document(
        uri=f"file:///project/{path}", language_id=language, version=1, text=Text.parse(text)
    )
    problems = (Problem(start=start, end=end, message=problem),) if problem else ()
    return Selection(
        document=document,
        text=text,
        start=start,
        end=end,
        problems=problems,
        parsed=parse(text, language),
        siblings=siblings,
    )
