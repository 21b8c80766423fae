"""Templates: the right one for a vocabulary, and refusal of one that does not fit."""

from __future__ import annotations

import pytest

from fimls.errors import TemplateError
from fimls.prompt import TEMPLATES, FimTemplate, Slot, choose_template

VOCABULARIES = {
    "deepseek-ai/DeepSeek-V2.5": (
        "deepseek",
        "<｜begin▁of▁sentence｜> <｜fim▁begin｜> <｜fim▁hole｜> <｜fim▁end｜>",
    ),
    "Qwen/Qwen2.5-Coder-7B": (
        "qwen2.5-coder",
        "<|endoftext|> <|fim_prefix|> <|fim_suffix|> <|fim_middle|> <|file_sep|> <|repo_name|>",
    ),
    "bigcode/starcoder2-3b": (
        "starcoder2",
        "<|endoftext|> <fim_prefix> <fim_suffix> <fim_middle> <file_sep>",
    ),
    "ibm-granite/granite-8b-code-base": (
        "granite-code",
        "<|endoftext|> <fim_prefix> <fim_suffix> <fim_middle>",
    ),
    "ibm-granite/granite-3.3-8b-base": (
        "granite",
        "<|end_of_text|> <|fim_prefix|> <|fim_suffix|> <|fim_middle|>",
    ),
    "mistralai/Codestral-22B-v0.1": ("codestral", "<s> </s> [SUFFIX] [PREFIX] [MIDDLE]"),
    "mistralai/Mistral-Nemo": ("prefix-only", "<s> </s> [SUFFIX] [PREFIX] [MIDDLE]"),
    "codellama/CodeLlama-7b-hf": ("codellama", "<s> </s> ▁<PRE> ▁<SUF> ▁<MID> ▁<EOT>"),
    "meta-llama/Llama-3.1-8B": ("prefix-only", "<|begin_of_text|>"),
}


@pytest.mark.parametrize("model", VOCABULARIES)
def test_auto_picks_the_template_of_the_vocabulary(model: str) -> None:
    name, vocabulary = VOCABULARIES[model]

    chosen = choose_template("auto", model=model, has_token=vocabulary.split().__contains__)

    assert chosen.name == name


def test_a_template_set_by_hand_wins() -> None:
    chosen = choose_template("prefix-only", model="any", has_token=lambda _: True)

    assert chosen.name == "prefix-only"


def test_a_vocabulary_without_the_tokens_is_refused_naming_both() -> None:
    with pytest.raises(TemplateError, match=r"deepseek .* my/model: .*<｜fim▁hole｜>"):
        choose_template("deepseek", model="my/model", has_token=lambda _: False)


def test_an_unknown_template_is_refused_naming_the_known_ones() -> None:
    with pytest.raises(TemplateError, match=r"no FIM template 'gpt'.*auto or one of embedded, "):
        choose_template("gpt", model="m", has_token=lambda _: True)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.name)
def test_every_template_has_the_prefix_and_at_most_one_suffix(template: FimTemplate) -> None:
    assert template.layout.count(Slot.PREFIX) == 1
    assert template.layout.count(Slot.SUFFIX) == (template.name != "prefix-only")
    assert template.models


def test_template_names_are_unique() -> None:
    names = [template.name for template in TEMPLATES]

    assert len(names) == len(set(names))


def test_deepseek_tokens_are_the_full_width_ones() -> None:
    """ASCII look-alikes are ordinary text to the model (DeepSeek-Coder issue 71)."""
    deepseek = next(t for t in TEMPLATES if t.name == "deepseek")

    assert all("\uff5c" in token and "|" not in token for token in deepseek.tokens)
    assert "\u2581" in deepseek.tokens[0]
