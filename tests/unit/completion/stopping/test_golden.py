"""The golden cases of tests/data/stopping/golden, which its README explains."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings

GOLDEN = Path(__file__).parents[3] / "data" / "stopping" / "golden"


@dataclass(frozen=True)
class Case:
    language: str
    lines: str
    max_lines: int
    document: str
    model: str
    why: str
    shown: str

    @property
    def around(self) -> Surroundings:
        prefix, suffix = (part.split("\n") for part in self.document.split("‸"))
        return Surroundings(
            above=tuple(prefix[:-1]),
            before=prefix[-1],
            after=suffix[0],
            below=tuple(suffix[1:]),
            language_id=self.language,
        )

    def stopping(self) -> Stopping:
        return Stopping(self.around, lines=self.lines, max_lines=self.max_lines)


def cases():
    for path in sorted(GOLDEN.glob("*.txt")):
        for block in re.split(r"(?m)^== ", path.read_text("utf-8"))[1:]:
            title, _, rest = block.partition("\n")
            document, model, shown = re.split(r"(?m)^-- .*\n", rest)
            whys = re.findall(r"(?m)^-- (.*)$", rest)
            assert whys[0] == "model"
            case = Case(
                language=path.stem,
                lines="".join(re.findall(r"lines=([a-z]+)", title)) or "auto",
                max_lines=int("".join(re.findall(r"max_lines=(\d+)", title)) or 20),
                document=document.removesuffix("\n"),
                model=model,
                why=whys[1],
                shown=shown.removesuffix("\n"),
            )
            yield pytest.param(case, id=f"{path.stem}: {title}")


CASES = list(cases())


@pytest.mark.parametrize("case", CASES)
def test_golden(case: Case):
    stopping = case.stopping()
    fed = 0
    while fed < len(case.model) and not stopping.feed(case.model[:fed]):
        fed += 3
    stopping.feed(case.model)
    assert (stopping.shown, str(stopping.why)) == (case.shown, case.why)


@pytest.mark.parametrize("case", CASES)
def test_golden_in_one_piece(case: Case):
    stopping = case.stopping()
    stopping.feed(case.model)
    assert (stopping.shown, str(stopping.why)) == (case.shown, case.why)


def test_there_are_cases_for_many_languages():
    assert len(CASES) >= 40
    assert len({case.values[0].language for case in CASES}) >= 6
