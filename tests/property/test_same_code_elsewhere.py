"""The same for languages that are compared by their tree-sitter tree: comments in, nothing else."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fimls.refactor import Change
from fimls.refactor.checks import same_code
from fimls.syntax import Parsed, in_string, marks_of, parse
from fimls.syntax.tree_walk import is_comment, walk

DATA = Path(__file__).parents[1] / "data"
LANGUAGES = {
    "c": "c",
    "cpp": "cpp",
    "cs": "csharp",
    "go": "go",
    "java": "java",
    "js": "javascript",
    "kt": "kotlin",
    "lua": "lua",
    "php": "php",
    "rb": "ruby",
    "rs": "rust",
    "sh": "shellscript",
    "ts": "typescript",
}
NOT_CODE = same_code(docstrings=True, annotations=True, comments=True)
EXAMPLES = settings(max_examples=settings().max_examples // 2)
seeds = st.integers(0, 2**32).map(random.Random)


@cache
def samples(ending: str) -> list[Parsed]:
    """Return the files of a language: samples, and documents that have a marked part."""
    found = (DATA / "filters" / "samples").glob(f"*.{ending}")
    marked = (DATA / "refactor" / "adversarial" / "documents").glob(f"*.{ending}.txt")
    texts = [file.read_text(encoding="utf-8") for file in (*found, *marked)]
    read = [parse(text.replace("«", "").replace("»", ""), LANGUAGES[ending]) for text in texts]
    return [each for each in read if each is not None]


def changed(of: Parsed, after: str, language: str) -> Change:
    return Change.replacing(of.text, 0, len(of.text), after, language=language)


@pytest.mark.parametrize("ending", LANGUAGES)
@EXAMPLES
@given(seeds)
def test_comments_between_lines_are_accepted(ending: str, chance: random.Random) -> None:
    of, language = chance.choice(samples(ending)), LANGUAGES[ending]
    lines, place = of.text.split("\n"), 0
    made = list[str]()
    mark = marks_of(language).line[0]
    for line in lines:
        free = not in_string(of, place) and not line.rstrip().endswith("\\") and not of_macro(line)
        if free and place and chance.random() < 0.2:
            made.append(f"{line[: len(line) - len(line.lstrip())]}{mark} {chance.choice('abc')}")
        made.append(line)
        place += len(line) + 1
    after = "\n".join(made)
    assume(after != of.text)
    assert NOT_CODE(changed(of, after, language)) is None


def of_macro(line: str) -> bool:
    return line.lstrip().startswith(("#", "."))


@pytest.mark.parametrize("ending", LANGUAGES)
@EXAMPLES
@given(seeds)
def test_changes_of_any_token_are_refused(ending: str, chance: random.Random) -> None:
    of, language = chance.choice(samples(ending)), LANGUAGES[ending]
    leaves = [
        node
        for node in walk(of.root, lambda node: is_comment(node) or node.type == "type_annotation")
        if not node.children and of.text_of(node).strip()
    ]
    leaf = chance.choice(leaves)
    start, end = of.offset(leaf.start_byte), of.offset(leaf.end_byte)
    token = of.text[start:end]
    new = chance.choice((f"{token}x", "", f"{token} {token}", "other", "7"))
    assume(new != token)
    after = of.text[:start] + new + of.text[end:]
    assert NOT_CODE(changed(of, after, language)) is not None
