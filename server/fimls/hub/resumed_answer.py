"""An answer that one engine began and another one goes on with."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from fimls.backend.base import Chunk
from fimls.errors import BackendRejected

_Each = TypeVar("_Each")


class ResumedAnswer:
    """Leaves out of a second engine's answer what the first one had given.

    Two engines of one model give the same text to the same prompt where it is greedy. Where they
    do not, what was given cannot be taken back, and nothing goes on.
    """

    def __init__(self) -> None:
        """Nothing was given."""
        self._given = ""
        self._text = ""
        self._logprobs = self._tokens = 0
        self._skip_logprobs = self._skip_tokens = 0

    def again(self) -> None:
        """Begin anew, with another engine."""
        self._given, self._text = max(self._given, self._text, key=len), ""
        self._skip_logprobs, self._skip_tokens = self._logprobs, self._tokens

    def take(self, chunk: Chunk) -> Chunk | None:
        """Return what of a chunk is new, or None if nothing is.

        Raises:
            BackendRejected: the text does not go on as it was given.
        """
        begin = len(self._text)
        self._text += chunk.text
        logprobs, self._skip_logprobs = _behind(chunk.logprobs, self._skip_logprobs)
        tokens, self._skip_tokens = _behind(chunk.tokens, self._skip_tokens)
        known = min(len(self._text), len(self._given))
        if self._text[:known] != self._given[:known]:
            raise BackendRejected("Another engine went on otherwise than the first one.")
        new = chunk.text[max(0, len(self._given) - begin) :]
        if not new and chunk.text and chunk.finish_reason is None:
            return None
        self._logprobs += len(logprobs)
        self._tokens += len(tokens)
        return replace(chunk, text=new, logprobs=logprobs, tokens=tokens)


def _behind(entries: tuple[_Each, ...], skip: int) -> tuple[tuple[_Each, ...], int]:
    return entries[skip:], max(0, skip - len(entries))
