"""Characters that no editor should be given, wherever a model writes them."""

from __future__ import annotations

import pytest

from fimls.completion.post_processing import apply
from fimls.completion.surroundings import Surroundings


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\x00b", "a"),
        ("a\x1b[31mred", "a"),
        ("a\x07\x08b", "a"),
        ("'user\u202e \u2066# check\u2069'", "'user"),
        ("'a\ufffd\ufffdb'", "'a"),
        ("a\x9bb", "a"),
    ],
)
def test_a_suggestion_ends_before_what_is_no_text(written: str, shown: str) -> None:
    around = Surroundings(before="x = ", language_id="python")
    assert apply(written, around).suggestion.text == shown


def test_a_document_that_has_such_a_character_may_have_another() -> None:
    around = Surroundings(above=("a = '\x1b[0m'",), before="b = ", language_id="python")
    assert apply("'\x1b[1m'", around).suggestion.text == "'\x1b[1m'"


@pytest.mark.parametrize("blanks", ["\u00a0" * 4, "\u3000" * 4, "\u2003" * 4])
def test_lines_are_indented_by_plain_blanks(blanks: str) -> None:
    around = Surroundings(above=("def f():",), before="    ", language_id="python")
    shown = apply(f"if a:\n    {blanks}return 2", around).suggestion.text
    assert shown == "if a:\n        return 2"


def test_other_blanks_in_a_string_stay() -> None:
    around = Surroundings(before="text = '", language_id="lua")
    assert apply("\u00a0\u00a0' .. heading", around).suggestion.text == "\u00a0\u00a0' .. heading"
