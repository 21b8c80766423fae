"""The tokenizer that a GGUF file brings along, in the form of a model's other files.

Sources: GGUF's specification (ggml, ``docs/gguf.md``); how llama.cpp splits texts before merges, by
``tokenizer.ggml.pre`` (``src/llama-vocab.cpp``). Byte-level BPE alone: what models of code have.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, cast

from fimls.bounded_file import read_beginning

_MOST_BYTES = 64 * 2**20
"""Of what precedes the weights; the largest vocabularies take a quarter of that."""
_SCALARS = dict(enumerate("BbHhIif?")) | {10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_CONTROL, _USER_DEFINED = 3, 4
"""Types of tokens."""

_OF_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
_QWEN, _LLAMA = (_OF_WORDS % r"\p{N}",), (_OF_WORDS % r"\p{N}{1,3}",)
_STARCODER = (r"\p{N}", _GPT2)
_SPLITS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("qwen2", "deepseek-r1-qwen"), _QWEN),
    **dict.fromkeys(("llama-bpe", "llama3", "llama-v3"), _LLAMA),
    **dict.fromkeys(("starcoder", "refact", "smollm", "codeshell", "command-r"), _STARCODER),
    **dict.fromkeys(("gpt-2", "mellum", "granite-docling"), (_GPT2,)),
}
"""``tokenizer.ggml.pre`` -> by what texts are split, one pattern after the other."""


def read_gguf(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what ``tokenizer.json`` and ``tokenizer_config.json`` of the model would say.

    Raises:
        OSError, ValueError: it is not to be read, not GGUF, or its tokenizer is of another kind.
    """
    try:
        about = _Metadata(read_beginning(file, most_bytes=_MOST_BYTES)).all()
    except (struct.error, IndexError, OverflowError, UnicodeDecodeError, MemoryError) as error:
        raise ValueError("its metadata cannot be read") from error
    try:
        return _tokenizer(about), _config(about)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"its metadata lack {error}") from error


class _Metadata:
    """Names and values before the weights."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def all(self) -> dict[str, Any]:
        """Return them."""
        if self._data[:4] != b"GGUF":
            raise ValueError("it is not a GGUF file")
        self._at = 4
        version, _, count = self._scalar("I"), self._scalar("Q"), self._scalar("Q")
        if version not in (2, 3):
            raise ValueError(f"its version of GGUF is {version}")
        found: dict[str, Any] = {}
        for _ in range(count):
            name = self._string()
            found[name] = self._value(self._scalar("I"))
        return found

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._string()
        if kind != _ARRAY:
            return self._scalar(_known(kind))
        of, count = self._scalar("I"), self._scalar("Q")
        if of == _STRING:
            return self._strings(count)
        form = f"<{count}{_known(of)}"
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return list(values)

    def _scalar(self, form: str) -> Any:
        (value,) = struct.unpack_from("<" + form, self._data, self._at)
        self._at += struct.calcsize("<" + form)
        return value

    def _string(self) -> str:
        return self._strings(1)[0]

    def _strings(self, count: int) -> list[str]:
        # A vocabulary and its merges are 300,000 of them: nothing is called twice.
        data, size_at, end = self._data, struct.Struct("<Q").unpack_from, self._at
        found: list[str] = []
        for _ in range(count):
            (size,) = size_at(data, end)
            begin = end + 8
            end = begin + size
            found.append(data[begin:end].decode())
        if end > len(data):
            raise IndexError
        self._at = end
        return found


def _known(kind: int) -> str:
    if kind not in _SCALARS:
        raise ValueError(f"it has values of type {kind}")
    return _SCALARS[kind]


def _tokenizer(about: dict[str, Any]) -> dict[str, Any]:
    kind, splits = about["tokenizer.ggml.model"], about.get("tokenizer.ggml.pre", "")
    if kind != "gpt2" or splits not in _SPLITS:
        raise ValueError(f"its tokenizer is of a kind that fimls does not read, {kind} {splits}")
    tokens = cast("list[str]", about["tokenizer.ggml.tokens"])
    types = cast("list[int]", about["tokenizer.ggml.token_type"])
    marks = {number for number, of in enumerate(types) if of in (_CONTROL, _USER_DEFINED)}
    steps: list[dict[str, Any]] = [
        {"type": "Split", "pattern": {"Regex": each}, "behavior": "Isolated", "invert": False}
        for each in _SPLITS[splits]
    ]
    bytes_as_letters = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    steps.append({**bytes_as_letters, "use_regex": False})
    return {
        "version": "1.0",
        "added_tokens": [
            {
                "id": number,
                "content": tokens[number],
                "special": types[number] == _CONTROL,
                **dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False),
            }
            for number in sorted(marks)
        ],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps},
        "post_processor": None,
        "decoder": {**bytes_as_letters, "use_regex": True},
        "model": {
            "type": "BPE",
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": _SPLITS[splits] is _LLAMA,
            "vocab": {token: number for number, token in enumerate(tokens)},
            "merges": about["tokenizer.ggml.merges"],
        },
    }


def _config(about: dict[str, Any]) -> dict[str, Any]:
    tokens = cast("list[str]", about["tokenizer.ggml.tokens"])
    config: dict[str, Any] = {}
    for name in ("bos", "eos"):
        if (number := about.get(f"tokenizer.ggml.{name}_token_id")) is not None:
            config[f"{name}_token"] = tokens[number]
    usual = _SPLITS[about["tokenizer.ggml.pre"]] is _LLAMA
    config["add_bos_token"] = bool(about.get("tokenizer.ggml.add_bos_token", usual))
    config["chat_template"] = about.get("tokenizer.chat_template", "")
    return config
