"""Regular expressions as llama.cpp's grammars; what a grammar cannot say is None."""

from __future__ import annotations

import pytest

from fimls.backend.adapters.gbnf import grammar


def test_a_fragment_and_whatever_follows_it() -> None:
    assert grammar(r"foo\.[\s\S]*") == 'root ::= "f" "o" "o" "." . *'


@pytest.mark.parametrize("pattern", [r"(?=x)y", r"\p{L}", r"(a)\1", "[a-z]{3000,}", "a{1,2001}"])
def test_what_llama_cpp_would_refuse_is_no_grammar(pattern: str) -> None:
    """The answer is then generated freely; refused, there would be none."""
    assert grammar(pattern) is None


def test_the_most_repetitions_that_it_takes() -> None:
    assert grammar("a{2000}") == 'root ::= "a" {2000}'
