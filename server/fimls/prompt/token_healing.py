"""Where the model stops reading what was typed, so that it is not asked to go on inside a token.

A tokenizer splits text into pieces (a word with the blank or the bracket before it, say), and its
merges never cross them. A middle that ends inside a piece ends with tokens that no training text
has there, and models continue it badly: with Qwen2.5-Coder-0.5B, 5 of 100 lines right inside words,
against 64 where the last piece is cut off and the answer has to begin with it (server/QUALITY.md).
"""

from __future__ import annotations

import re
from typing import Protocol

_LINE = re.compile(r"[^\r\n]*\Z")


class Splitter(Protocol):
    """What is needed of a tokenizer."""

    def last_piece(self, line: str) -> int:
        """Return where the last piece of a line begins."""
        ...


def cut_back(typed: str, splitter: Splitter) -> tuple[str, str]:
    """Split what was typed into what the model reads, and what its answer must begin with.

    Of blanks only the last one is cut off: it may belong to the word that follows, the others
    cannot, and they say how deep the line is indented. A line's end is never cut off.
    """
    match = _LINE.search(typed)
    assert match is not None  # the pattern matches the empty end
    line = match[0]
    start = splitter.last_piece(line)
    if line[start:].isspace():
        start = len(line) - 1
    start += match.start()
    return typed[:start], typed[start:]
