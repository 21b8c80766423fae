"""Reading a prompt back: which document text the engine was given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fimls.prompt import PromptTokenizer
from support.tokenizers import BOS, FIM_BEGIN, FIM_END, FIM_HOLE, SPECIAL


class PromptReader:
    """Turns the token ids of a DeepSeek prompt into the text around the cursor."""

    def __init__(self, folder: Path):
        self._tokenizer = PromptTokenizer.load(str(folder))
        self._special = {self._tokenizer.token_id(token): token for token in SPECIAL}

    def document(self, input_ids: Sequence[int]) -> str:
        """Return the document: what stands before the hole, after the end and after the hole."""
        parts: list[tuple[str, list[int]]] = []
        for token in input_ids:
            if token in self._special:
                parts.append((self._special[token], []))
            else:
                parts[-1][1].append(token)
        assert [token for token, _ in parts] == [BOS, FIM_BEGIN, FIM_HOLE, FIM_END]
        before_bos, prefix, suffix, typed = (self._tokenizer.decode(ids) for _, ids in parts)
        assert before_bos == ""
        return prefix + typed + suffix
