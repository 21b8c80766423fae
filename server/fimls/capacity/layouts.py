"""How a prompt changes while somebody types at a place: held, in one piece, or as it slides.

Each key adds one token. ``held`` keeps the prompt as it was when the cursor came, and puts what is
typed behind it (`fimls.completion.prompt_layout`). ``psm`` is prefix, suffix, middle with a window
that stays. ``sliding`` is the same with a window of fixed length before the cursor, which moves at
each key.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

from fimls.capacity.prompts import Prompt

Layout: TypeAlias = Literal["held", "psm", "sliding"]

_LONGEST_HOLD = 4
"""A hold is set anew when more than a quarter of the prefix was typed behind it."""


@attrs.define(kw_only=True)
class Place:
    """Where somebody types.

    Attributes:
        text: a name of what stands there, which people who share the file have in common.
        owner: a name of what one person types there.
        prefix: tokens before the cursor, at first.
        suffix: tokens behind it.
        typed: tokens typed there so far.
    """

    text: object
    owner: object
    prefix: int
    suffix: int
    typed: int = 0
    _held_at: int = 0
    _start: int = 0

    def arrive(self) -> None:
        """The cursor comes here: the hold is set."""
        self._held_at = self.typed

    def key(self) -> None:
        """One token is typed."""
        self.typed += 1
        if self.typed - self._held_at > self.prefix // _LONGEST_HOLD:
            self._held_at = self.typed
        if self.typed - self._start > self.prefix // _LONGEST_HOLD:
            self._start += self.prefix // _LONGEST_HOLD  # the window moves in coarse steps

    def prompt(self, layout: Layout) -> Prompt:
        """Return the prompt for the cursor as it is."""
        suffix = (("suffix", self.text), 0, self.suffix)
        if layout == "held":
            typed = (("typed", self.owner, self.text), self._held_at, self.typed)
            return (*self._before(self._held_at, self._start), suffix, *_some(typed))
        start = self.typed if layout == "sliding" else self._start
        return (*self._before(self.typed, start), suffix)

    def _before(self, typed: int, start: int) -> Prompt:
        text = (("prefix", self.text), start, self.prefix)
        return (
            *_some(text),
            *_some((("typed", self.owner, self.text), max(0, start - self.prefix), typed)),
        )


def _some(piece: tuple[object, int, int]) -> Prompt:
    return (piece,) if piece[2] > piece[1] else ()
