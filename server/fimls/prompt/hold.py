"""The hold: the part of a prompt that stays the same, token for token, during one edit.

Prefix-suffix-middle puts the suffix behind the text before the cursor, so each typed character
would make the engine read the whole suffix again. A hold freezes both where the edit begins: what
is typed afterwards goes behind the FIM end token, as the beginning of the middle, and one key
costs the engine only what that key adds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fimls.prompt.prompt_builder import Prompt
from fimls.text import Point, Text

_CLOSERS = re.compile(r"[)\]}>\"'`]*\Z")
"""What editors put behind the cursor by themselves."""

TYPED_SHARE = 4
"""Text typed since the hold may take one part in so many of the prefix budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One place where an edit began, and the text around it.

    Attributes:
        first: number of the first line in `above`.
        above: whole lines before the hold, which stands at a line's start.
        rest: what followed the cursor on its line when the hold was set.
        below: whole lines after that line.
        prompt: what is asked up to here; with token ids, up to the FIM end token.
    """

    first: int
    above: tuple[str, ...]
    rest: str
    below: tuple[str, ...]
    prompt: Prompt

    def typed(self, text: Text, cursor: Point) -> str | None:
        """Return the text between the hold and the cursor, or None if the hold no longer holds.

        It holds while nothing in its lines before it, and nothing after the cursor, differs;
        closing brackets and quotes that the editor itself put behind the cursor do not count.
        """
        start = self.first + len(self.above)
        if cursor.line < start or text.lines[self.first : start] != self.above:
            return None
        after = cursor.line + 1
        if text.lines[after : after + len(self.below)] != self.below:
            return None
        if not only_closers(text.lines[cursor.line][cursor.column :], self.rest):
            return None
        return text.slice(Point(start, 0), cursor)


def outgrown(typed_tokens: int, prefix_tokens: int) -> bool:
    """Whether so much was typed since a hold that the prompt has to be built afresh.

    Args:
        typed_tokens: how many tokens the text behind the hold has.
        prefix_tokens: the budget for the text before it.
    """
    return typed_tokens > prefix_tokens // TYPED_SHARE


def only_closers(rest: str, before: str) -> bool:
    """Whether the rest of a line differs from what it was by what editors put in themselves."""
    return rest.endswith(before) and _CLOSERS.match(rest.removesuffix(before)) is not None
