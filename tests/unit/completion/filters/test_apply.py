"""All filters together: what `apply` promises besides what the golden cases show."""

from __future__ import annotations

import pytest

from fimls.completion.filters import Suggestion
from fimls.completion.filters.bracket_balance import Balance
from fimls.completion.post_processing import Filtered, apply
from fimls.completion.surroundings import Surroundings
from fimls.text import Document, Text

FAR = 500


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("b\r\nc\rd", "b\nc\nd", id="line-ends-become-lf"),
        pytest.param("\r\n", "", id="line-ends-alone-are-nothing"),
        pytest.param("", "", id="nothing-stays-nothing"),
    ],
)
def test_line_ends(text: str, shown: str):
    assert apply(text, Surroundings()).suggestion == Suggestion(shown)


def test_who_changed_the_text_is_told_in_the_order_of_the_filters():
    around = Surroundings(before="f(", after=")", language_id="python")
    assert apply("a)<|endoftext|>", around) == Filtered(
        Suggestion("a"), ("special_tokens", "rest_of_line")
    )
    assert apply("a", around) == Filtered(Suggestion("a"))


def test_nothing_replaces_nothing():
    filtered = apply(")", Surroundings(before="f(", after=")", language_id="python"))
    assert filtered.suggestion == Suggestion("")


@pytest.mark.parametrize("header", ["class A {", "class A(int b,\n        int c) {"])
def test_a_block_that_begins_far_above_is_known(header: str):
    """Its end, far below, is not one bracket too many, so another one would be."""
    above = (*header.split("\n"), *["  call();"] * FAR, "  void f() {")
    below = ("  }", *["  call();"] * FAR, "}")
    around = Surroundings(above=above, before="    ", below=below, language_id="java")
    assert Balance(around).faults(Suggestion("g();")) == 0
    assert Balance(around).faults(Suggestion("g();\n  }")) == 1
    assert apply("g();\n  }", around).suggestion == Suggestion("g();")


def test_a_call_whose_arguments_begin_far_above_is_no_open_bracket():
    above = ("def f(first,", "      second):", *["    call()"] * FAR)
    around = Surroundings(above=above, before="    g(", after=")", language_id="python")
    assert Balance(around).faults(Suggestion("x")) == 0


def test_a_string_that_begins_far_above_is_known():
    above = ('"""Usage:', *["    it's (or isn't"] * FAR)
    around = Surroundings(above=above, below=('"""', "x = (1)"), language_id="python")
    assert Balance(around).start.inside == '"""'
    assert Balance(around).faults(Suggestion("more")) == 0


def document(text: str) -> Document:
    return Document(uri="file:///b.py", language_id="python", version=1, text=Text.parse(text))


def test_copies_are_found_at_the_end_of_a_large_file():
    copied = "\n".join(f"    result_{name} = compute_{name}(settings)" for name in "abcdefgh")
    other = "\n".join(["padding = 1"] * 50_000) + "\n" + copied
    around = Surroundings(before="", language_id="python", others=(document(other),))
    assert apply(copied, around).suggestion == Suggestion("")


def test_what_is_longer_than_can_be_searched_is_left_alone():
    copied = "\n".join(f"    result_{name} = compute_{name}(settings)" for name in "abcdefgh")
    other = "\n".join(["padding = 1"] * 100_000) + "\n" + copied
    around = Surroundings(before="", language_id="python", others=(document(other),))
    assert apply(copied, around).suggestion == Suggestion(copied)


def test_blanks_on_an_empty_line_below_a_statement_are_nothing() -> None:
    assert apply(" ", Surroundings(above=("x = 1",))).suggestion.text == ""
