"""Prompts: exactly one BOS, the template's own tokens, and text that decodes back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.prompt import TEMPLATES, PromptBuilder, PromptTokenizer, Slot

BOS, BEGIN, HOLE, END = (
    "<｜begin▁of▁sentence｜>",
    "<｜fim▁begin｜>",
    "<｜fim▁hole｜>",
    "<｜fim▁end｜>",
)
BY_NAME = {template.name: template for template in TEMPLATES}


@pytest.fixture(scope="module")
def tokenizer(tokenizer_folder: Path) -> PromptTokenizer:
    return PromptTokenizer.load(str(tokenizer_folder))


@pytest.fixture(scope="module")
def builder(tokenizer: PromptTokenizer) -> PromptBuilder:
    return PromptBuilder(BY_NAME["deepseek"], tokenizer)


def test_the_deepseek_layout(builder: PromptBuilder) -> None:
    prompt = builder.build("before ", " after")

    assert builder.tokenizer.decode(prompt.input_ids) == f"{BOS}{BEGIN}before {HOLE} after{END}"


@given(before=st.sampled_from(["", "import os\n", "é\n\n"]), after=st.sampled_from(["", "x\n"]))
def test_the_beginning_is_what_later_prompts_share(
    builder: PromptBuilder, before: str, after: str
) -> None:
    beginning = builder.beginning(before)

    assert beginning is not None
    prompt = builder.build(before, after).input_ids
    assert prompt[: len(beginning.input_ids)] == beginning.input_ids


def test_a_template_with_the_suffix_first_has_no_common_beginning(
    tokenizer: PromptTokenizer,
) -> None:
    layout = (BOS, HOLE, Slot.SUFFIX, BEGIN, Slot.PREFIX)
    template = replace(BY_NAME["deepseek"], layout=layout)

    assert PromptBuilder(template, tokenizer).beginning("import os\n") is None


awkward = st.text(max_size=40) | st.lists(
    st.sampled_from([BOS, BEGIN, HOLE, END, "x", "\r\n", "\r", "\f", "😀", " "]), max_size=8
).map("".join)


@given(prefix=awkward, suffix=awkward)
def test_special_tokens_come_from_the_template_alone(
    builder: PromptBuilder, prefix: str, suffix: str
) -> None:
    tokenizer = builder.tokenizer

    ids = builder.build(prefix, suffix).input_ids

    for token in (BOS, BEGIN, HOLE, END):
        assert ids.count(tokenizer.token_id(token)) == 1
    assert ids[0] == tokenizer.token_id(BOS)
    assert tokenizer.decode(ids) == f"{BOS}{BEGIN}{prefix}{HOLE}{suffix}{END}"


def test_every_control_token_ends_the_answer(builder: PromptBuilder) -> None:
    stops = builder.build("", "").stop_token_ids

    for token in ("<｜end▁of▁sentence｜>", BEGIN, HOLE, END):
        assert builder.tokenizer.token_id(token) in stops


def test_overhead_is_what_a_prompt_has_beside_text(builder: PromptBuilder) -> None:
    assert builder.overhead == 4


def test_prefix_only_uses_the_tokenizers_own_bos(tokenizer: PromptTokenizer) -> None:
    builder = PromptBuilder(BY_NAME["prefix-only"], tokenizer)

    prompt = builder.build("a", "never seen")

    assert tokenizer.decode(prompt.input_ids) == f"{BOS}a"
    assert prompt.stop_token_ids == (tokenizer.token_id("<｜end▁of▁sentence｜>"),)
