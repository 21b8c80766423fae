"""What a prompt has of other files stands behind the suffix, and costs itself alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from fimls.completion import Query
from fimls.context import Snippet
from fimls.prompt import PromptTokenizer
from unit.completion.test_prompt_layout import ABOVE, BELOW, at, layout_of, shared

GOOD = Snippet(
    path="shop/prices.py", text="def price_of(a):\n    pass", score=0.9, reason="windows"
)
OTHER = Snippet(path="shop/report.py", text="write_report(1)", score=0.5, reason="windows")


@pytest.fixture(scope="module")
def tokenizer(tokenizer_folder: Path) -> PromptTokenizer:
    return PromptTokenizer.load(str(tokenizer_folder))


def asked(typed: str, *snippets: Snippet) -> Query:
    return replace(at(ABOVE + typed), snippets=snippets)


@pytest.mark.parametrize("layout", ["held", "whole"])
def test_it_is_comment_lines_between_the_suffix_and_the_end_the_best_last(
    tokenizer: PromptTokenizer, layout: str
) -> None:
    prompt = layout_of(tokenizer, layout=layout).ask(asked("", GOOD, OTHER)).prompt
    text = tokenizer.decode(prompt.input_ids)

    block = (
        "# shop/report.py\n# write_report(1)\n# shop/prices.py\n# def price_of(a):\n#     pass\n"
    )
    assert f"{BELOW}\n{block}<｜fim▁end｜>" in text


def test_a_prompt_without_any_is_the_one_it_always_was(tokenizer: PromptTokenizer) -> None:
    layout = layout_of(tokenizer)
    plain = [layout.ask(asked(typed)).prompt for typed in ("x", "x = f", "x = f(")]
    layout.ask(asked("x = f(", GOOD))
    again = [layout.ask(asked(typed)).prompt for typed in ("x", "x = f", "x = f(")]
    assert again == plain


def test_while_one_types_below_it_prompts_only_grow_at_their_end(
    tokenizer: PromptTokenizer,
) -> None:
    layout, typed = layout_of(tokenizer), "    total = x + 1\n    return total * 2"
    prompts = [
        layout.ask(asked(typed[:keys], GOOD)).prompt.input_ids for keys in range(len(typed) + 1)
    ]
    for before, after in pairwise(prompts):
        assert shared(before, after) >= len(prompts[0])


def test_when_it_changes_prefix_and_suffix_stay_in_the_cache(tokenizer: PromptTokenizer) -> None:
    layout = layout_of(tokenizer)
    without = layout.ask(asked("    total = ")).prompt.input_ids
    first = layout.ask(asked("    total = ", GOOD)).prompt.input_ids
    second = layout.ask(asked("    total = ", OTHER)).prompt.input_ids
    held = shared(without, layout.ask(asked("")).prompt.input_ids)
    assert shared(without, first) >= held - 1
    assert shared(first, second) >= held - 1


def test_what_does_not_fit_the_budget_is_left_out(tokenizer: PromptTokenizer) -> None:
    layout = layout_of(tokenizer)
    huge = replace(GOOD, text="price_of(a)\n" * 1_000)
    assert [snippet for snippet, _ in layout.shown(asked("", huge, OTHER))] == [OTHER]
