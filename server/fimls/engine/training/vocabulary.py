"""The embedded model's tokenizer: byte-level BPE with DeepSeek's special tokens."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

BOS, EOS = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
FIM_BEGIN, FIM_HOLE, FIM_END = "<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"
SPECIAL = (BOS, EOS, FIM_BEGIN, FIM_HOLE, FIM_END, "<｜User｜>", "<｜Assistant｜>")


class Vocabulary:
    """A tokenizer and the ids the FIM objective needs.

    Text is split like GPT-2's, but digits stand alone and a line end stays with the indentation
    that follows it, so that a new line's depth is one choice.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.bos, self.eos, self.fim_begin, self.fim_hole, self.fim_end = (
            tokenizer.token_to_id(token) for token in SPECIAL[:5]
        )

    @classmethod
    def learn(cls, texts: Iterable[str], size: int) -> Vocabulary:
        """Learn `size` tokens from texts."""
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(r"\p{N}"), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
            ]
        )
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            special_tokens=list(SPECIAL),
            show_progress=False,
        )
        tokenizer.train_from_iterator(texts, trainer)
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{BOS} $A", special_tokens=[(BOS, tokenizer.token_to_id(BOS))]
        )
        return cls(tokenizer)

    @classmethod
    def load(cls, folder: Path) -> Vocabulary:
        """Read it back from a checkpoint."""
        return cls(Tokenizer.from_file(str(folder / "tokenizer.json")))

    def save(self, folder: Path) -> None:
        """Write ``tokenizer.json`` and ``tokenizer_config.json``."""
        self.tokenizer.save(str(folder / "tokenizer.json"))
        config = {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": BOS,
            "eos_token": EOS,
            "add_bos_token": True,
            "add_eos_token": False,
            "clean_up_tokenization_spaces": False,
            "model_max_length": 4096,
        }
        text = json.dumps(config, indent=2, ensure_ascii=False) + "\n"
        (folder / "tokenizer_config.json").write_text(text, encoding="utf-8")

    def encode(self, text: str) -> list[int]:
        """Return the ids of text, without BOS."""
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def last_piece(self, line: str) -> int:
        """Return where the last of the pieces begins that a line is split into before merges."""
        pieces = self.tokenizer.pre_tokenizer.pre_tokenize_str(line)
        return pieces[-1][1][0] if pieces else 0
