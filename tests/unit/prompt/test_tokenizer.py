"""The tokenizer: text stays text, and the model's markup is known by id."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

from fimls.errors import TokenizerError
from fimls.prompt import PromptTokenizer


@pytest.fixture(scope="module")
def tokenizer(tokenizer_folder: Path) -> PromptTokenizer:
    return PromptTokenizer.load(str(tokenizer_folder))


@pytest.mark.parametrize(
    "markup",
    [
        "<｜begin▁of▁sentence｜>",
        "<｜end▁of▁sentence｜>",
        "<｜fim▁begin｜>",
        "<｜fim▁hole｜>",
        "<｜fim▁end｜>",
    ],
)
def test_markup_in_text_is_ordinary_text(tokenizer: PromptTokenizer, markup: str) -> None:
    ids = tokenizer.encode(f"a{markup}b")

    assert tokenizer.token_id(markup) not in ids
    assert tokenizer.decode(ids) == f"a{markup}b"


@given(text=st.text() | st.text(st.sampled_from("<｜fim▁hole>\r\n\f\t 😀é")))
def test_text_survives_the_round_trip(tokenizer: PromptTokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_half_a_surrogate_pair_becomes_the_replacement_character(
    tokenizer: PromptTokenizer,
) -> None:
    assert tokenizer.decode(tokenizer.encode("a\ud800b")) == "a\ufffdb"


def test_decode_writes_special_tokens_out(tokenizer: PromptTokenizer) -> None:
    hole = tokenizer.token_id("<｜fim▁hole｜>")

    assert tokenizer.decode([*tokenizer.encode("é"), hole, *tokenizer.encode("b")]) == (
        "é<｜fim▁hole｜>b"
    )


def test_added_tokens_that_are_not_special_but_markup_are_left_out_too() -> None:
    """Qwen2.5-Coder lists <|fim_prefix|> with ``special: false``; runs of blanks are text."""
    toy = Tokenizer(models.WordLevel({"a": 0, "?": 1}, unk_token="?"))
    toy.add_tokens([AddedToken("<|fim_prefix|>", special=False), AddedToken("    ", special=False)])

    tokenizer = PromptTokenizer(toy.to_str())

    assert tokenizer.token_id("<|fim_prefix|>") not in tokenizer.encode("a<|fim_prefix|>")
    assert tokenizer.token_id("    ") in tokenizer.encode("a    a")


@pytest.mark.parametrize("whole", [False, True], ids=["alone", "in-a-sequence"])
def test_the_dummy_space_of_sentencepiece_is_not_added(whole: bool) -> None:
    toy = Tokenizer(models.BPE({"▁": 0, "a": 1}, []))
    prepend = normalizers.Prepend("▁")
    toy.normalizer = (
        normalizers.Sequence([prepend, normalizers.Replace(" ", "▁")]) if whole else prepend
    )
    assert toy.encode("a").ids == [0, 1]

    assert PromptTokenizer(toy.to_str()).encode("a") == [1]


def test_the_dummy_space_of_metaspace_is_not_added() -> None:
    toy = Tokenizer(models.BPE({"▁": 0, "a": 1}, []))
    toy.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    assert toy.encode("a").ids == [0, 1]

    assert PromptTokenizer(toy.to_str()).encode("a") == [1]


def test_bos_is_known_from_the_configuration(tokenizer: PromptTokenizer) -> None:
    assert tokenizer.bos_ids == (tokenizer.token_id("<｜begin▁of▁sentence｜>"),)
    assert tokenizer.eos == "<｜end▁of▁sentence｜>"


def test_a_folder_without_a_tokenizer_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TokenizerError, match=r"model\.tokenizer"):
        PromptTokenizer.load(str(tmp_path))


def test_a_broken_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(json.dumps({"model": 1}))

    with pytest.raises(TokenizerError, match=r"^No tokenizer can be read from [^\n]*$"):
        PromptTokenizer.load(str(tmp_path))


def test_one_that_remembers_alone_gives_the_same_ids(tokenizer_folder: Path):
    shared = PromptTokenizer.load(str(tokenizer_folder))
    alone = shared.remembering_alone(10)
    text = "def f(x):\n    return x\n" * 3
    assert alone.encode(text) == shared.encode(text)
    assert alone.last_piece("a b") == shared.last_piece("a b")
    assert alone.count("    return x\n") == len(shared.encode("    return x\n"))
    assert alone._remember.cache_info().misses == 2
    shared.encode("only here\n")
    shared.count("only here\n")
    assert alone._remember.cache_info().misses == 2
    assert alone._remember_count.cache_info().misses == 1
