"""A GGUF file's tokenizer gives the ids that the same model's ``tokenizer.json`` gives."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from fimls.errors import TokenizerError
from fimls.prompt import PromptTokenizer
from fimls.prompt.gguf_tokenizer import read_gguf

REPOSITORY = Path(__file__).parents[3]
FILES = (
    sorted(REPOSITORY.glob("server/fimls/**/*.py"))[::12]
    + sorted(REPOSITORY.glob("tests/data/**/*.*"))[::9]
)
ODD = (
    "",
    "é ß 中文 🙂\u200d",
    "x\r\n\t y  \n\n\n  z",
    "1234567 0x1F",
    "I'll DON'T",
    "<|mark|> <|x",
)
SPECIAL = ("<|end|>", "<|mark|>")
PATTERNS = {
    "qwen2": (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
        r"|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
    "llama-bpe": (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
    "gpt-2": "",
    "starcoder": "digits",
}
"""``tokenizer.ggml.pre`` -> how the models that it stands for split, as their own files say it."""


def trained(pre: str) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(ignore_merges=pre == "llama-bpe"))
    pattern = PATTERNS[pre]
    if not pattern:
        splits: Any = pre_tokenizers.ByteLevel(add_prefix_space=False)
    elif pattern == "digits":
        digits = pre_tokenizers.Digits(individual_digits=True)
        splits = pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    else:
        split = pre_tokenizers.Split(Regex(pattern), "isolated")
        plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        splits = pre_tokenizers.Sequence([split, plain])
    tokenizer.pre_tokenizer = splits
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1_200,
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[AddedToken(each, special=True, normalized=False) for each in SPECIAL],
    )
    texts = [file.read_text("utf-8") for file in FILES[:8]]
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def written(values: Mapping[str, Any]) -> bytes:
    """Return values as GGUF of version 3 has them before the weights."""

    def text(value: str) -> bytes:
        data = value.encode()
        return struct.pack("<Q", len(data)) + data

    def one(value: Any) -> bytes:
        match value:
            case bool():
                return struct.pack("<I?", 7, value)
            case int():
                return struct.pack("<II", 4, value)
            case str():
                return struct.pack("<I", 8) + text(value)
            case [str(), *_]:
                return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))
            case _:
                return struct.pack(f"<IIQ{len(value)}i", 9, 5, len(value), *value)

    body = b"".join(text(name) + one(value) for name, value in values.items())
    return struct.pack("<4sIQQ", b"GGUF", 3, 0, len(values)) + body + b"weights"


def metadata(tokenizer: Tokenizer, pre: str) -> dict[str, Any]:
    model = json.loads(tokenizer.to_str())["model"]
    count = tokenizer.get_vocab_size(with_added_tokens=True)
    tokens = [tokenizer.id_to_token(number) for number in range(count)]
    return {
        "general.architecture": "qwen2",
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": pre,
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [3 if token in SPECIAL else 1 for token in tokens],
        "tokenizer.ggml.merges": [" ".join(each) for each in model["merges"]],
        "tokenizer.ggml.bos_token_id": tokens.index("<|end|>"),
        "tokenizer.ggml.eos_token_id": tokens.index("<|end|>"),
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.chat_template": "{{ messages }}",
    }


@pytest.mark.parametrize("pre", PATTERNS)
def test_its_ids_are_those_of_the_models_own_file(pre: str, tmp_path: Path) -> None:
    tokenizer = trained(pre)
    (tmp_path / "model.gguf").write_bytes(written(metadata(tokenizer, pre)))
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    config = {"bos_token": "<|end|>", "eos_token": "<|end|>", "add_bos_token": True}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
    own = PromptTokenizer.load(str(tmp_path))
    read = PromptTokenizer.load(str(tmp_path / "model.gguf"))
    for text in (*(file.read_text("utf-8", "replace") for file in FILES), *ODD):
        assert read.encode(text) == own.encode(text)
        assert read.decode(read.encode(text)) == own.decode(own.encode(text))
    assert (read.bos_ids, read.eos, read.size) == (own.bos_ids, own.eos, own.size)
    assert set(read.special_tokens) == set(own.special_tokens)
    assert read.chat_template == "{{ messages }}"


def _spoilt() -> dict[str, bytes]:
    about = metadata(trained("gpt-2"), "gpt-2")
    whole = written(about)
    without = {name: value for name, value in about.items() if "merges" not in name}
    return {
        "nothing": b"",
        "another file": b"PK\x03\x04" + whole[4:],
        "cut in its vocabulary": whole[: len(whole) // 2],
        "cut in its head": whole[:20],
        "of version 1": whole[:4] + struct.pack("<I", 1) + whole[8:],
        "more values than it has": whole[:16] + struct.pack("<Q", 2**60) + whole[24:],
        "a list without end": written({}) + struct.pack("<QIIQ", 0, 9, 4, 2**62),
        "an endless name": whole[:24] + struct.pack("<Q", 2**63) + whole[32:],
        "a SentencePiece model": written({**about, "tokenizer.ggml.model": "llama"}),
        "split in an unknown way": written({**about, "tokenizer.ggml.pre": "of-tomorrow"}),
        "no merges": written(without),
        "types of other tokens": written({**about, "tokenizer.ggml.token_type": [3] * 9_000}),
        "an id that is none": written({**about, "tokenizer.ggml.eos_token_id": 2**31}),
    }


SPOILT = _spoilt()


@pytest.mark.parametrize("how", SPOILT)
def test_a_file_that_cannot_be_read_is_one_sentence(how: str, tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(SPOILT[how])
    with pytest.raises(TokenizerError, match=r"No tokenizer can be read from .*model\.gguf"):
        PromptTokenizer.load(str(file))


def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.gguf")
    with pytest.raises(OSError, match="not a regular file"):
        read_gguf(tmp_path / "model.gguf")


@pytest.mark.parametrize("form", ["gguf", "json"])
def test_a_large_vocabulary_is_parsed_once(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parsing holds Python's lock."""
    letters = list(bytes_as_letters())
    pairs = [(first, second) for first in letters for second in letters]
    vocabulary = [*letters, *map("".join, pairs)]
    model = models.BPE({token: number for number, token in enumerate(vocabulary)}, pairs)
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.add_special_tokens([AddedToken(each, special=True) for each in SPECIAL])
    text = tokenizer.to_str()
    (tmp_path / "tokenizer.json").write_text(text, "utf-8")
    (tmp_path / "model.gguf").write_bytes(written(metadata(tokenizer, "gpt-2")))
    location = str(tmp_path / "model.gguf" if form == "gguf" else tmp_path)

    parsed: list[int] = []
    monkeypatch.setattr("tokenizers.Tokenizer", Parsing(parsed))
    PromptTokenizer.load(location)
    assert len([each for each in parsed if each > 1_000]) == 1


class Parsing:
    """The library's class; takes note of how much is parsed."""

    def __init__(self, parsed: list[int]) -> None:
        self._parsed = parsed

    def from_str(self, text: str) -> Tokenizer:
        self._parsed.append(len(text))
        return Tokenizer.from_str(text)


def bytes_as_letters() -> list[str]:
    return sorted(pre_tokenizers.ByteLevel.alphabet())
