"""Texts that a tokenizer fails on, or takes far too long for: it is asked about each once.

A tokenizer's pattern is somebody else's regular expression. One that backtracks, such as
``(x+x+)+y``, ends in a panic after half a second, and all that time nothing else runs: the library
keeps the interpreter to itself. Whoever types in such a line would pay that at each key.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from fimls.errors import TokenizerError
from fimls.prompt.rust_panics import foreign

_T = TypeVar("_T")

_LONG_S = 0.05
_LONG_S_A_CHARACTER = 50e-6
"""Fifty times what the slowest of the usual patterns take."""

_REMEMBERED = 8


class SlowTexts:
    """Remembers the last of these texts, and refuses what is nearly one of them."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self._texts: deque[str] = deque(maxlen=_REMEMBERED)

    def ask(self, read: Callable[[str], _T], text: str) -> _T:
        """Return what a tokenizer reads in a text.

        Raises:
            TokenizerError: it could not read this text, or one that differs little from it.
        """
        if any(_is_like(text, each) for each in self._texts):
            raise TokenizerError(
                "The served model's tokenizer cannot read this text (it panicked, or took too"
                " long): move what is long or repeats itself out of the line."
            )
        # Time of the processor: a busy machine makes no text costly.
        begun = time.thread_time()
        try:
            result = read(text)
        except BaseException as error:
            self._remember(text)
            raise foreign(error) from error
        if time.thread_time() - begun > max(_LONG_S, _LONG_S_A_CHARACTER * len(text)):
            self._remember(text)
        return result

    def _remember(self, text: str) -> None:
        self._texts.append(text.strip("\r\n") or text)


def _is_like(text: str, costly: str) -> bool:
    """Whether a text is a costly one with more in it, or with less but not much less."""
    return costly in text or (2 * len(text) > len(costly) and text.strip("\r\n") in costly)
