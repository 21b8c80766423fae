"""Golden cases: `before | cursor | after | model text -> shown`, a file a class of complaint.

How they are written stands in tests/data/filters/README.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from fimls.completion.filters import Suggestion
from fimls.completion.post_processing import FILTERS, apply
from fimls.completion.surroundings import Surroundings
from fimls.text import Document, Text

FILES = sorted((Path(__file__).parents[3] / "data" / "filters").glob("*.txt"))
CASE = re.compile(r"^=== (?P<name>.+) \[(?P<language>[\w-]+)(?:, (?P<path>\S+))?\]\n", re.MULTILINE)
PART = re.compile(
    r"^--- (model|other|shown|shown, replacing \d+|nothing|unchanged)\n", re.MULTILINE
)
MARKS = str.maketrans({"⇥": "\t", "·": " ", "¶": None})


@dataclass(frozen=True)
class Case:
    name: str
    around: Surroundings
    model: str
    shown: Suggestion


def read_cases(file: Path) -> list[Case]:
    _, *parts = CASE.split(file.read_text(encoding="utf-8"))
    return [
        read_case(f"{file.stem}: {name}", language, path, body)
        for name, language, path, body in zip(*[iter(parts)] * 4, strict=True)
    ]


def read_case(name: str, language: str, path: str | None, body: str) -> Case:
    document, *rest = PART.split(body)
    parts = {
        kind: text.rstrip("\n").translate(MARKS)
        for kind, text in zip(rest[::2], rest[1::2], strict=True)
    }
    before, after = document.rstrip("\n").translate(MARKS).split("‸")
    *above, before = before.split("\n")
    after, *below = after.split("\n")
    around = Surroundings(
        above=tuple(above),
        before=before,
        after=after,
        below=tuple(below),
        language_id=language,
        uri=f"file:///project/{path or 'file'}",
        others=tuple(
            Document(uri="", language_id="", version=1, text=Text.parse(text))
            for kind, text in parts.items()
            if kind == "other"
        ),
    )
    kind, text = list(parts.items())[-1]
    if kind == "unchanged":
        shown = Suggestion(parts["model"])
    else:
        shown = Suggestion(text, int(kind.rpartition(" ")[2]) if "replacing" in kind else 0)
    return Case(name, around, parts["model"], shown)


CASES = [case for file in FILES for case in read_cases(file)]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_golden(case: Case) -> None:
    assert apply(case.model, case.around).suggestion == case.shown


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_what_is_shown_stays_as_it_is(case: Case) -> None:
    shown = apply(case.model, case.around).suggestion
    assert apply(shown.text, case.around).suggestion == shown
    if shown.text:
        assert [name for name, each in FILTERS if each(shown, case.around) != shown] == []


def test_the_cases_are_many_and_of_many_kinds() -> None:
    assert len(CASES) == len({case.name for case in CASES}) >= 120
    assert len({case.around.language_id for case in CASES}) >= 12
    assert sum(case.shown == Suggestion(case.model) for case in CASES) >= 40


def test_every_filter_has_cases_that_it_changes() -> None:
    changed = {name for case in CASES for name in apply(case.model, case.around).changed_by}
    assert {name for name, _ in FILTERS} - changed == {"line_ends"}, "test_apply has its cases"
