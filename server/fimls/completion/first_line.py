"""The first line of a generation, and the likeliest other way that it could have gone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fimls.backend.base import Token

OTHERS = 3
"""Other tokens that the engine names beside each."""

_LEAST = math.log(0.1)
"""Other beginnings less likely than this are not gone after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Another way that a line could have gone.

    Attributes:
        before: the tokens that both ways share.
        other: the first one that differs.
        logprob: of the way up to and including it.
    """

    before: tuple[Token, ...]
    other: Token
    logprob: float


class FirstLine:
    """The first line of a generation that has something on it, while it is generated.

    Attributes:
        fork: the likeliest other way, or None.
        ended: whether the line is complete.
        logprob: of the line; with how it ends once it has, however that is written.
    """

    def __init__(
        self, stops: Sequence[int], *, begins: str = "", before: Sequence[Token] = ()
    ) -> None:
        """Begin to read.

        Args:
            stops: ids of the tokens that end a text.
            begins: what the text has to begin with; it has no fork before it does.
            before: tokens that are there already.
        """
        self.fork: Fork | None = None
        self.ended = False
        self.logprob = 0.0
        self._stops = frozenset(stops)
        self._begins = begins
        self._text = ""
        self._tokens: list[Token] = []
        self.feed(before)

    def feed(self, tokens: Sequence[Token]) -> None:
        """Take the tokens that are new; those behind the line's end do not matter."""
        for token in tokens:
            if self.ended:
                return
            self._look(token)
            self.ended = self._ends(token)
            ways = self._endings(token) if self.ended else (token,)
            self.logprob += math.log(sum(math.exp(way.logprob) for way in ways))
            self._tokens.append(token)
            self._text += token.text

    def _look(self, token: Token) -> None:
        """Remember the other tokens that could stand here, if one is the likeliest way so far."""
        if not (self._text + token.text).startswith(self._begins):
            return
        same = self._endings(token) if self._ends(token) else ()
        for other in token.others:
            logprob = self.logprob + other.logprob
            least = self.fork.logprob if self.fork else _LEAST
            text = self._text + other.text * (other.id not in self._stops)
            whole = "\ufffd" not in text  # a token can be a part of a character
            if logprob > least and other not in same and whole and text.startswith(self._begins):
                self.fork = Fork(before=tuple(self._tokens), other=other, logprob=logprob)

    def _ends(self, token: Token) -> bool:
        if token.id in self._stops:
            return True
        text = self._text[len(self._begins) :] + token.text
        return "\n" in token.text and bool(text[: text.rindex("\n")].strip())

    def _endings(self, token: Token) -> tuple[Token, ...]:
        """Return the tokens that end the line as this one does, which is one of them."""
        last = self._last(token)
        return (token, *(o for o in token.others if self._ends(o) and self._last(o) == last))

    def _last(self, token: Token) -> str:
        """Return what a token that ends the line adds to it."""
        return "" if token.id in self._stops else token.text.partition("\n")[0]
