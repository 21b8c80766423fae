"""Ids put together from remembered parts are those of the whole text read anew."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from fimls.backend.base import ModelInfo
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import ServedModel
from fimls.prompt import PromptBuilder, PromptTokenizer, choose_template
from fimls.prompt.tokenizer_cuts import cut
from fimls.settings import Settings
from support.editing import SOURCE, long_text, random_edits
from support.tokenizers import SPECIAL

EMBEDDED = SOURCE / "engine/embedded"

# How three families split text before they merge, as their tokenizer.json files say.
GPT2 = [pre_tokenizers.ByteLevel(add_prefix_space=False)]
QWEN = [
    pre_tokenizers.Split(
        Regex(
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
            r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        ),
        "isolated",
    ),
    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
]
DEEPSEEK = [
    pre_tokenizers.Split(Regex(r"[\r\n]"), "isolated"),
    pre_tokenizers.Split(Regex(r"\s?\p{L}+"), "isolated"),
    pre_tokenizers.Split(Regex(r"\s?\p{P}+"), "isolated"),
    pre_tokenizers.Split(Regex(r"\s+$"), "isolated"),
    pre_tokenizers.Split(Regex(r"[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"), "isolated"),
    pre_tokenizers.Digits(individual_digits=True),
    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
]

_PIECES = [
    *[" ", "  ", "    ", "\t", "\n", "\n\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\xa0"],
    *["\u2028", "\u200b", "\u3000", "\u0301", "\u180e", "\ud800", "é", "ſ", "漢字", "\U0001f600"],
    *["a", "def", "x1", "12", "(", "):", ".", "#", "'s", "_", "<｜fim▁hole｜>"],
]
texts = st.lists(st.sampled_from(_PIECES), max_size=40).map("".join)


class _Whole(PromptTokenizer):
    """Reads every text from its start."""

    def encode(self, text: str) -> list[int]:
        return list(
            self._encode_part(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        )


def _trained(steps: list[pre_tokenizers.PreTokenizer]) -> str:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
    trainer = trainers.BpeTrainer(
        vocab_size=1_500,
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL],
    )
    source = [str(long_text(2_000)), "\n\n\n\r\n \n\t\t\n   12\n 漢字" * 50]
    tokenizer.train_from_iterator(source, trainer)
    return tokenizer.to_str()


@cache
def _tokenizers(family: str) -> tuple[PromptTokenizer, PromptTokenizer]:
    if family == "embedded":
        data = (EMBEDDED / "tokenizer.json").read_text("utf-8")
    else:
        data = _trained({"gpt2": GPT2, "qwen": QWEN, "deepseek": DEEPSEEK}[family])
    return PromptTokenizer(data), _Whole(data)


@pytest.mark.parametrize("family", ["embedded", "gpt2", "qwen", "deepseek"])
@settings(max_examples=1_000, deadline=None)
@given(text=texts)
@example(text="a\n    1\n    漢字\n  <b")
@example(text="a):\n\n\nb\n\n  \n\t\tc\r\nd")
def test_parts_have_the_ids_of_the_whole(family: str, text: str) -> None:
    remembering, whole = _tokenizers(family)
    assert "".join(cut(text)) == text
    assert remembering.encode(text) == whole.encode(text)


def test_real_source_is_cut_at_most_lines() -> None:
    text = str(long_text(5_000))
    assert len(cut(text)) > 5_000 * 2 / 3


def test_a_tokenizer_that_merges_across_lines_reads_the_whole(tmp_path: Path) -> None:
    tokenizer = Tokenizer(models.BPE(unk_token="<unknown>"))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    trainer = trainers.BpeTrainer(vocab_size=300, show_progress=False, special_tokens=["<unknown>"])
    tokenizer.train_from_iterator([str(long_text(300))], trainer)
    loaded = PromptTokenizer(tokenizer.to_str())
    text = str(long_text(300))
    plain = json.loads(tokenizer.to_str())
    assert plain["pre_tokenizer"] is None
    assert loaded.encode(text) == tokenizer.encode(text, add_special_tokens=False).ids


def test_prompts_stay_exact_over_2_000_edits_of_a_long_file() -> None:
    layouts: list[PromptLayout] = []
    for kind in (PromptTokenizer, _Whole):
        tokenizer = kind.load(str(EMBEDDED))
        template = choose_template("deepseek", model="embedded", has_token=tokenizer.has_token)
        info = ModelInfo(model_path="embedded", tokenizer_path="", context_length=4_096)
        served = ServedModel(info=info, builder=PromptBuilder(template, tokenizer))
        layouts.append(PromptLayout(served, Settings()))
    for query in random_edits(long_text(20_000), 2_000, seed=1):
        incremental, whole = (layout.ask(query) for layout in layouts)
        assert incremental == whole
