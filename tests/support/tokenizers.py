"""A small real tokenizer with DeepSeek's special tokens, trained in milliseconds."""

from __future__ import annotations

import json
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

BOS = "<｜begin▁of▁sentence｜>"
EOS = "<｜end▁of▁sentence｜>"
FIM_BEGIN = "<｜fim▁begin｜>"
FIM_HOLE = "<｜fim▁hole｜>"
FIM_END = "<｜fim▁end｜>"
SPECIAL = (BOS, EOS, FIM_BEGIN, FIM_HOLE, FIM_END)

_LINES = [
    "from __future__ import annotations",
    "import os, sys, json",
    "def add(first: int, second: int) -> int:",
    "    return first + second",
    "class Stack:",
    "    def __init__(self) -> None:",
    "        self.items = []",
    "    def push(self, item):",
    "        self.items.append(item)",
    "    for index, item in enumerate(self.items):",
    "        if item is None and index > 0:",
    '            raise ValueError("the item is not there")',
    "        else: print(f'{index}: {item}')",
]


def write_tokenizer(folder: Path, *, extra: tuple[str, ...] = ()) -> Path:
    """Write ``tokenizer.json`` and ``tokenizer_config.json`` into folder and return it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in (*SPECIAL, *extra)],
    )
    tokenizer.train_from_iterator(["\n".join(_LINES)], trainer)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "add_bos_token": True,
        "add_eos_token": False,
        "bos_token": {"content": BOS},
        "eos_token": {"content": EOS},
    }
    text = json.dumps(config, ensure_ascii=False, indent=2)
    (folder / "tokenizer_config.json").write_text(text, encoding="utf-8")
    return folder
