"""Holes in real files: what truly stood there is shown as it is, and nothing that is added to it.

The files are the standard library's, and tests/data/filters/samples in thirteen languages.
"""

from __future__ import annotations

import ast
import random
import re
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from fimls.completion.filters import Suggestion
from fimls.completion.post_processing import apply
from fimls.completion.surroundings import Surroundings

SAMPLES = Path(__file__).parents[3] / "data" / "filters" / "samples"
LANGUAGES = {
    ".c": "c",
    ".cpp": "cpp",
    ".go": "go",
    ".html": "html",
    ".java": "java",
    ".json": "json",
    ".lua": "lua",
    ".py": "python",
    ".rb": "ruby",
    ".rs": "rust",
    ".sh": "shellscript",
    ".sql": "sql",
    ".ts": "typescript",
    ".yaml": "yaml",
}
CLOSERS = {"(": ")", "[": "]", "{": "}"}
LEAST_TOLD = 10
"""Letters and digits of lines below the cursor whose repetition must be seen."""


@dataclass(frozen=True)
class Hole:
    around: Surroundings
    middle: str

    @property
    def true(self) -> Suggestion:
        """What should be shown: blanks at the end of a line say nothing."""
        rest = self.around.after.strip()
        return Suggestion(self.middle if rest else self.middle.rstrip())

    def document(self, shown: Suggestion) -> str:
        line = self.around.before + shown.text + self.around.after[shown.replaces :]
        return "\n".join((*self.around.above, line, *self.around.below))


def hole(file: Path, lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> Hole:
    (first, left), (last, right) = start, end
    text = "\n".join(lines[first : last + 1])
    cut = len(lines[last]) - right
    return Hole(
        Surroundings(
            above=tuple(lines[:first]),
            before=lines[first][:left],
            after=lines[last][right:],
            below=tuple(lines[last + 1 :]),
            language_id=LANGUAGES[file.suffix],
            uri=file.as_uri(),
        ),
        text[left : len(text) - cut],
    )


def holes_of(file: Path, chance: random.Random, number: int) -> Iterator[Hole]:
    """Yield holes as editors have them: ends of lines, whole lines, and words within a line."""
    lines = file.read_text(encoding="utf-8").split("\n")
    for _ in range(number):
        first = chance.randrange(len(lines))
        line = lines[first]
        if not line.strip():
            continue
        words = [found.start() for found in re.finditer(r"\b|\s+", line)] or [0]
        yield hole(file, lines, (first, chance.choice(words)), (first, len(line)))
        left, right = sorted((chance.choice(words), chance.choice(words)))
        if line[left:right].strip():
            yield hole(file, lines, (first, left), (first, right))
        last = min(first + chance.randrange(8), len(lines) - 1)
        indent = len(line) - len(line.lstrip())
        if lines[last].strip():
            yield hole(file, lines, (first, indent), (last, len(lines[last])))


def calls_of(file: Path, chance: random.Random, number: int) -> Iterator[Hole]:
    """Yield what one writes in brackets that the editor has closed, to the line's end."""
    lines = file.read_text(encoding="utf-8").split("\n")
    places = [
        (line, column)
        for line, text in enumerate(lines)
        for column, character in enumerate(text)
        if character in CLOSERS and closes(text[column + 1 :], character)
    ]
    for line, column in chance.sample(places, min(number, len(places))):
        made = hole(file, lines, (line, column + 1), (line, len(lines[line])))
        closer = CLOSERS[lines[line][column]]
        yield replace(made, around=replace(made.around, after=closer))


LIBRARY = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))


@cache
def holes(source: str) -> tuple[Hole, ...]:
    chance = random.Random(1)
    files, number = (LIBRARY, 8) if source == "python" else (sorted(SAMPLES.iterdir()), 100)
    return tuple(made for file in files for made in holes_of(file, chance, number))


sources = pytest.mark.parametrize("source", ["python", "samples"])


def share(good: list[bool]) -> float:
    assert len(good) >= 100
    return sum(good) / len(good)


def is_true(made: Hole, text: str) -> bool:
    return made.document(apply(text, made.around).suggestion) == made.document(made.true)


@sources
def test_true_middles_are_shown_as_they_are(source: str):
    assert len(holes(source)) >= 1_000
    hurt = [
        made for made in holes(source) if apply(made.middle, made.around).suggestion != made.true
    ]
    assert len(hurt) / len(holes(source)) <= 0.003, [
        (made.around.uri, made.middle) for made in hurt
    ]


@sources
def test_special_tokens_end_the_text(source: str):
    junk = "<｜end▁of▁sentence｜>\nimport os\n"
    made = [made for made in holes(source) if not made.around.after]
    assert share([is_true(each, each.middle + junk) for each in made]) >= 0.995


@sources
def test_repeated_lines_below_go(source: str):
    good = list[bool]()
    for number, made in enumerate(holes(source)):
        below = made.around.below[: 1 + number % 3]
        if not made.around.after and sum(map(told, below)) >= LEAST_TOLD:
            good.append(is_true(made, "\n".join((made.middle, *below))))
    assert share(good) >= 0.97


@sources
def test_the_repeated_rest_of_the_line_goes(source: str):
    made = [each for each in holes(source) if told(each.around.after) >= LEAST_TOLD]
    assert share([is_true(each, each.middle + each.around.after) for each in made]) >= 0.97


@sources
def test_brackets_that_editors_close_are_not_doubled(source: str):
    chance = random.Random(3)
    files = LIBRARY if source == "python" else sorted(SAMPLES.iterdir())
    calls = [made for file in files for made in calls_of(file, chance, 20)]
    assert share([is_closed(made) for made in calls]) >= 0.95


def test_python_stays_python():
    """Where the lines below are repeated, the file can be parsed with what is shown."""
    whole = [
        made for made in holes("python") if not (made.around.before + made.around.after).strip()
    ]
    good = list[bool]()
    for made in whole[::4]:
        model = "\n".join((made.middle, *made.around.below[:4]))
        good.append(parses(made.document(apply(model, made.around).suggestion)))
    assert share(good) >= 0.97


def told(text: str) -> int:
    return sum(map(str.isalnum, text))


def closes(text: str, opener: str) -> bool:
    """Whether the line goes on to close a bracket."""
    depth = 1
    for character in text:
        depth += (character == opener) - (character == CLOSERS[opener])
        if depth == 0:
            return True
    return False


def is_closed(made: Hole) -> bool:
    """Whether the line is the true one, with the bracket of the editor replaced or used."""
    shown = apply(made.middle, made.around).suggestion
    return made.document(shown) == made.document(Suggestion(made.middle.rstrip(), 1))


def parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True
