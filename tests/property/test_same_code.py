"""What only documents, annotates or comments is accepted, all else refused.

The texts are modules of the standard library; what is inserted into them, and what else is changed,
is generated. Python's own tokenizer and parser find the places, not the code under test.
"""

from __future__ import annotations

import random
import tokenize
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fimls.refactor import Change, Check
from fimls.refactor.checks import parses, same_code
from support.python_edits import OTHERS, Editing, comments, docstring_lost, docstrings, type_hints
from support.python_source import MODULES, Source, edited, parsed, source

EXAMPLES = settings(max_examples=settings().max_examples // 5)
NOT_CODE = same_code(docstrings=True, annotations=True, comments=True)
seeds = st.integers(0, 2**32).map(random.Random)
modules = st.sampled_from(MODULES)


def change(before: str, after: str) -> Change:
    return Change(before=before, after=after, start=0, end=len(before), language="python")


ADDITIONS: dict[str, tuple[Editing, Check]] = {
    "docstrings": (docstrings, same_code(docstrings=True)),
    "type hints": (type_hints, same_code(annotations=True)),
    "comments": (comments, same_code(comments=True)),
}


@pytest.mark.parametrize("kind", ADDITIONS)
@EXAMPLES
@given(modules, seeds)
def test_what_is_only_added_is_accepted(kind: str, file: Path, chance: random.Random) -> None:
    add, check = ADDITIONS[kind]
    of = source(file)
    after = edited(of.text, add(of, chance))
    assume(after != of.text)
    parsed(after)
    assert check(change(of.text, after)) is None
    assert NOT_CODE(change(of.text, after)) is None
    assert parses(change(of.text, after)) is None
    # Each of them is more than the other checks let pass.
    assert same_code()(change(of.text, after)) is not None


@EXAMPLES
@given(modules, seeds)
def test_all_of_it_together_is_accepted(file: Path, chance: random.Random) -> None:
    text = source(file).text
    for add, _ in ADDITIONS.values():
        of = Source(text)
        text = edited(text, add(of, chance))
    assert NOT_CODE(change(source(file).text, text)) is None


@pytest.mark.parametrize("alter", OTHERS, ids=lambda alter: alter.__name__)
@EXAMPLES
@given(seeds)
def test_any_other_change_is_refused(alter: Editing, chance: random.Random) -> None:
    for file in chance.sample(MODULES, len(MODULES)):
        of = source(file)
        with suppress(IndexError):  # the module has no such place
            after = edited(of.text, alter(of, chance))
            break
    assume(after != of.text)
    try:
        parsed(after)
    except SyntaxError:
        assert parses(change(of.text, after)) is not None
    assert NOT_CODE(change(of.text, after)) is not None
    # Documentation and comments besides do not hide it.
    try:
        of = Source(after)
    except (SyntaxError, tokenize.TokenError):
        return
    hidden = edited(after, docstrings(of, chance) if alter is not docstring_lost else [])
    assert NOT_CODE(change(source(file).text, hidden)) is not None
