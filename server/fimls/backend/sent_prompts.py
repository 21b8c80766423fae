"""What an engine was sent before: what of it the engine has no longer was evicted.

An engine says how many tokens of a prompt it had in its cache, and nothing of those that it had
once. Whoever sent them knows: a prompt that begins as an earlier one did is expected to find as
much of it. What is missing is what an engine with room for everybody would not have read again.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from math import gcd

BLOCK = 64
"""Tokens that are remembered as one number: so many less may be expected than there were."""

MOST_BLOCKS = 100_000
"""That are remembered of all prompts, 6.4 million tokens, in 15 MB."""


class SentPrompts:
    """Prompts that one engine, or one of its data-parallel ranks, has read."""

    def __init__(self, *, most_blocks: int = MOST_BLOCKS) -> None:
        """Nothing was sent; `most_blocks` are remembered, those that were sent last."""
        self._most = most_blocks
        self._blocks: OrderedDict[int, None] = OrderedDict()
        self._page = 0

    def evicted(self, known: int, cached: int) -> int:
        """Return how many tokens of a prompt were evicted.

        Engines count whole pages only, and say nowhere how large one is: all their counts are
        multiples of it.

        Args:
            known: of the prompt, as `known` said before it was sent.
            cached: what the engine had of it.
        """
        if cached > 0:
            self._page = gcd(self._page, cached)
        expected = known - known % max(1, self._page)
        return max(0, expected - cached)

    def known(self, namespace: str | None, ids: Sequence[int]) -> Known:
        """Return how many of a prompt's first tokens were sent before in this namespace."""
        blocks = _blocks(namespace, ids)
        count = 0
        for block in blocks:
            if block not in self._blocks:
                break
            count += 1
        # The last token of a prompt is read even by an engine that has it.
        return Known(blocks=blocks, tokens=min(count * BLOCK, max(0, len(ids) - 1)))

    def add(self, known: Known) -> None:
        """Take note that the engine has read the prompt of which `known` was asked."""
        for block in known.blocks:
            self._blocks[block] = None
            self._blocks.move_to_end(block)
        while len(self._blocks) > self._most:
            self._blocks.popitem(last=False)


class Known:
    """What was known of a prompt before it was sent.

    Attributes:
        blocks: its own, each with all that stands before it, as numbers.
        tokens: how many of its first tokens were sent before.
    """

    __slots__ = ("blocks", "tokens")

    def __init__(self, *, blocks: Sequence[int], tokens: int) -> None:
        """Use `SentPrompts.known`."""
        self.blocks = blocks
        self.tokens = tokens


def _blocks(namespace: str | None, ids: Sequence[int]) -> Sequence[int]:
    before, blocks = hash(namespace), array("q")
    for start in range(0, len(ids) - BLOCK + 1, BLOCK):
        before = hash((before, *ids[start : start + BLOCK]))
        blocks.append(before)
    return blocks
