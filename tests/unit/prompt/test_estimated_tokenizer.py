"""Tokens are estimated on the safe side, whatever an engine counts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fimls.prompt import EstimatedTokenizer

CODE = "def add(first, second):\n    return first + second\n" * 40


def test_little_changes_nothing() -> None:
    tokenizer = EstimatedTokenizer()
    tokenizer.learn("x = 1\n" * 20, 40)
    assert tokenizer.bytes_per_token == 2.5


def test_an_engine_that_counts_more_tokens_is_believed_at_once() -> None:
    tokenizer = EstimatedTokenizer()
    tokenizer.learn("漢字かな" * 300, 1_800)  # two bytes a token
    assert tokenizer.bytes_per_token < 2.0
    assert tokenizer.count("漢" * 100) >= 150


@given(st.floats(1.1, 9.0), st.integers(1, 30))
def test_what_was_counted_is_never_estimated_lower(ratio: float, times: int) -> None:
    tokenizer = EstimatedTokenizer()
    for _ in range(times):
        tokenizer.learn(CODE, round(len(CODE) / ratio))
        assert tokenizer.bytes_per_token <= max(2.5, ratio)
    if times * len(CODE) / ratio > 1_000 + len(CODE):
        assert tokenizer.count(CODE) >= len(CODE) / ratio
    assert tokenizer.count(CODE) <= len(CODE)


@given(st.integers(-5, 10**9))
def test_counts_of_something_else_are_left_out(tokens: int) -> None:
    tokenizer = EstimatedTokenizer()
    tokenizer.learn("", tokens)
    tokenizer.learn("x" * 10_000, 10**7)
    tokenizer.learn("x" * 10_000, 3)
    assert tokenizer.bytes_per_token == 2.5
