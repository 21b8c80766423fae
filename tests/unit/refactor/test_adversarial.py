"""Golden cases: what a model answers -> what is offered, or the check that refuses it.

How they are written stands in tests/data/refactor/adversarial/README.md.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from fimls.refactor import Change, Check, Question, Refusal, Selection, Target
from fimls.refactor.actions.function_rewrite import SAME_FACE
from fimls.refactor.answer_parsing.answer import read_answer
from fimls.refactor.checks import (
    keeping_comments,
    keeps_comments,
    keeps_definitions,
    keeps_layout,
    known_names,
    parses,
    same_code,
    sane_size,
    within_range,
)
from fimls.syntax import parse
from fimls.text import Document, Text

DATA = Path(__file__).parents[2] / "data" / "refactor" / "adversarial"
CASE = re.compile(r"^=== (?P<name>.+) \[(?P<what>[^\[\]\n]+)\]\n", re.MULTILINE)
END = re.compile(r"^--- (offered|same|refused by (?:\w+))\n?", re.MULTILINE)
MARKS = str.maketrans({"⇥": "\t", "↵": "\r"})
LANGUAGES = {
    ".c": "c",
    ".cpp": "cpp",
    ".cs": "csharp",
    ".go": "go",
    ".java": "java",
    ".js": "javascript",
    ".kt": "kotlin",
    ".php": "php",
    ".py": "python",
    ".rb": "ruby",
    ".rs": "rust",
    ".ts": "typescript",
    ".tsx": "typescriptreact",
}
INSTRUCTION = "Rewrite the function so that it does the same with less code."
CHECKS: dict[str, tuple[Check, ...]] = {
    "rewrite": SAME_FACE,
    "blocks": SAME_FACE,
    "implement": tuple(check for check in SAME_FACE if check is not keeps_comments),
    "docstring": (
        parses,
        within_range,
        same_code(docstrings=True),
        keeping_comments(documentation=False),
        keeps_layout,
        sane_size,
    ),
    "types": (
        parses,
        within_range,
        same_code(annotations=True),
        keeps_definitions,
        known_names,
        keeps_layout,
        sane_size,
    ),
    "comments": (
        parses,
        within_range,
        same_code(comments=True),
        keeps_comments,
        keeps_layout,
        sane_size,
    ),
}


@dataclass(frozen=True)
class Case:
    name: str
    selection: Selection
    target: Target
    asked: str
    raw: bool
    answer: str
    offered: str | None
    refused_by: str

    def outcome(self) -> tuple[str | None, str, str]:
        """Return the offered text, or what refuses it and why."""
        question = Question(
            instruction=INSTRUCTION, form="blocks" if self.asked == "blocks" else "replacement"
        )
        text = self.answer
        if not self.raw:
            read = read_answer(self.answer, self.selection, self.target, question)
            if isinstance(read, Refusal):
                return None, "answer", read.reason
            text = read
        change = self.change(text)
        for check in CHECKS[self.asked]:
            if reason := check(change):
                return None, check.__name__, reason
        return text, "", ""

    def change(self, text: str) -> Change:
        before, language = self.selection.text, self.selection.language
        return Change.replacing(before, self.target.start, self.target.end, text, language=language)


def read_cases(file: Path) -> list[Case]:
    _, *parts = CASE.split(file.read_text(encoding="utf-8"))
    cases = zip(*[iter(parts)] * 3, strict=True)
    return [read_case(f"{file.stem}: {name}", what.split(", "), body) for name, what, body in cases]


def read_case(name: str, what: list[str], body: str) -> Case:
    file, asked, *options = what
    answer, end, offered = END.split(body)
    answer = answer.removesuffix("\n").translate(MARKS)
    offered = offered.rstrip("\n").translate(MARKS)
    marked = (DATA / "documents" / f"{file}.txt").read_text(encoding="utf-8")
    before, part, after = re.split("[«»]", marked)
    if part.endswith("\n"):
        after = ""  # a whole file
    if "crlf" in options:
        before, part, after, offered = (
            text.replace("\n", "\r\n") for text in (before, part, after, offered)
        )
    if end == "same":
        column = len(before) - before.rfind("\n") - 1
        offered = re.sub(r"\n(?=.)", "\n" + " " * column, answer)
    if part.endswith("\n") and not end.startswith("refused"):
        offered += "\n"
    text = before + part + after
    start, stop = len(before), len(before) + len(part)
    language = LANGUAGES[Path(file).suffix]
    document = Document(
        uri=f"file:///{file}", language_id=language, version=1, text=Text.parse(text)
    )
    selection = Selection(
        document=document, text=text, start=start, end=stop, parsed=parse(text, language)
    )
    return Case(
        name=name,
        selection=selection,
        target=Target(start=start, end=stop, title="Rewrite"),
        asked=asked,
        raw="raw" in options,
        answer=answer,
        offered=None if end.startswith("refused") else offered,
        refused_by=end.removeprefix("refused by ") if end.startswith("refused") else "",
    )


UNSAFE = [case for file in sorted((DATA / "unsafe").glob("*.txt")) for case in read_cases(file)]
SAFE = [case for file in sorted((DATA / "safe").glob("*.txt")) for case in read_cases(file)]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in UNSAFE])
def test_unsafe_answers_are_refused(case: Case) -> None:
    offered, refused_by, reason = case.outcome()
    assert offered is None
    assert refused_by == case.refused_by, reason


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in SAFE])
def test_safe_answers_are_offered(case: Case) -> None:
    offered, _, reason = case.outcome()
    assert offered == case.offered, reason


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in UNSAFE])
def test_reasons_are_one_sentence(case: Case) -> None:
    _, _, reason = case.outcome()
    assert re.fullmatch(r"[A-Z][^\n]{5,300}\.", reason), reason


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case.name) for case in {c.selection.text: c for c in SAFE}.values()],
)
def test_what_is_there_passes_every_check(case: Case) -> None:
    part = case.selection.text[case.target.start : case.target.end]
    for checks in CHECKS.values():
        assert [check.__name__ for check in checks if check(case.change(part))] == []


def test_the_cases_are_many_and_of_many_kinds() -> None:
    assert len(UNSAFE) >= 120
    assert len(SAFE) >= 60
    for cases in (UNSAFE, SAFE):
        assert len({case.name for case in cases}) == len(cases)
        assert len({case.selection.language for case in cases}) >= 12


def test_every_check_has_cases_that_it_refuses() -> None:
    refused = Counter(case.refused_by for case in UNSAFE)
    names = {check.__name__ for checks in CHECKS.values() for check in checks}
    # Every text that these cases put into a file is put in the part's place.
    assert names - refused.keys() == {"within_range"}
