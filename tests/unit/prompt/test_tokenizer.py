"""The tokenizer: text stays text, and the model's markup is known by id."""

from __future__ import annotations

import contextlib
import json
import os
import time
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


def with_pattern(folder: Path, pattern: str) -> PromptTokenizer:
    """Return the tokenizer with a regular expression that somebody put into its file."""
    data = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    split = {
        "type": "Split",
        "pattern": {"Regex": pattern},
        "behavior": "Isolated",
        "invert": False,
    }
    data["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [split, data["pre_tokenizer"]]}
    return PromptTokenizer(json.dumps(data))


def test_a_panic_of_the_library_is_a_sentence(tokenizer_folder: Path):
    tokens = with_pattern(tokenizer_folder, "(x+x+)+y")
    with pytest.raises(TokenizerError, match="panicked"):
        tokens.encode("x" * 60)
    with pytest.raises(TokenizerError, match="panicked"):
        tokens.count("x" * 60 + "\n")
    with pytest.raises(TokenizerError, match="panicked"):
        tokens.last_piece("x" * 60)
    assert tokens.encode("value = 1\n")


@pytest.mark.parametrize("pattern", ["(x+x+)+y", "(x*)*z", "(?:x|xx)+y", "([a-x]+)*[0-9]!"])
def test_who_types_in_a_line_that_the_pattern_backtracks_in_pays_once(
    tokenizer_folder: Path, pattern: str
):
    """The library keeps the interpreter to itself: what it takes, nobody else gets."""
    tokens = with_pattern(tokenizer_folder, pattern)
    ways = (tokens.last_piece, tokens.encode, lambda typed: tokens.count(f"{typed}\n"))
    line, took_s = "value = ", []
    for key in "x" * 60:
        line += key
        begun = time.thread_time()
        for way in ways:
            with contextlib.suppress(TokenizerError):
                way(line)
        took_s.append(time.thread_time() - begun)
    assert sum(took_s) < 2
    assert max(took_s[-20:]) < 0.005
    begun = time.thread_time()
    for length in range(len(line) - 1, 20, -1):  # and takes it away again
        with contextlib.suppress(TokenizerError):
            tokens.last_piece(line[:length])
    assert time.thread_time() - begun < 1
    assert tokens.encode("value = 1\n") == tokens.remembering_alone(1).encode("value = 1\n")


@pytest.mark.parametrize("highest", [2**32 - 1, 10**9])
def test_ids_that_would_fill_the_memory_are_refused(
    tokenizer_folder: Path, tmp_path: Path, highest: int
):
    data = json.loads((tokenizer_folder / "tokenizer.json").read_text("utf-8"))
    vocabulary = data["model"]["vocab"]
    vocabulary[next(iter(set(vocabulary) - {t["content"] for t in data["added_tokens"]}))] = highest
    (tmp_path / "tokenizer.json").write_text(json.dumps(data), "utf-8")
    with pytest.raises(TokenizerError, match=r"model\.tokenizer"):
        PromptTokenizer.load(str(tmp_path))


@pytest.mark.parametrize("what", ["pipe", "huge", "nested"])
def test_a_file_that_never_ends_or_is_too_large_is_a_sentence(tmp_path: Path, what: str):
    file = tmp_path / "tokenizer.json"
    if what == "pipe":
        os.mkfifo(file)
    elif what == "huge":
        with file.open("wb") as opened:
            opened.truncate(2**34)
    else:
        file.write_text("[" * 200_000, "utf-8")
    with pytest.raises(TokenizerError, match=r"model\.tokenizer"):
        PromptTokenizer.load(str(tmp_path))
