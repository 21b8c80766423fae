"""Prompts without text: which tokens two of them share is all that a cache asks."""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterable
from typing import TypeAlias

Piece: TypeAlias = tuple[Hashable, int, int]
"""Tokens of a text from one to another place: the text's name, the first and the end."""

Prompt: TypeAlias = tuple[Piece, ...]
"""Pieces one behind the other. Two tokens are the same if text and place are."""


def length(prompt: Iterable[Piece]) -> int:
    """Return how many tokens there are."""
    return sum(end - start for _, start, end in prompt)


def cut(prompt: Prompt, at: int) -> tuple[Prompt, Prompt]:
    """Return the first so many tokens, and the others."""
    before: list[Piece] = []
    for number, (text, start, end) in enumerate(prompt):
        if at >= end - start:
            before.append((text, start, end))
            at -= end - start
        elif at > 0:
            before.append((text, start, start + at))
            return tuple(before), ((text, start + at, end), *prompt[number + 1 :])
        else:
            return tuple(before), prompt[number:]
    return tuple(before), ()


def shared(one: Prompt, other: Prompt) -> int:
    """Return how many tokens two prompts begin with in common."""
    found = 0
    i, done_i, j, done_j = 0, 0, 0, 0
    while i < len(one) and j < len(other):
        text, start, end = one[i]
        other_text, other_start, other_end = other[j]
        if text != other_text or start + done_i != other_start + done_j:
            break
        step = min(end - start - done_i, other_end - other_start - done_j)
        found, done_i, done_j = found + step, done_i + step, done_j + step
        if start + done_i == end:
            i, done_i = i + 1, 0
        if other_start + done_j == other_end:
            j, done_j = j + 1, 0
    return found


def first(prompt: Prompt, tokens: int) -> Prompt:
    """Return the first tokens in the one way in which they can be written."""
    merged: list[Piece] = []
    for text, start, end in cut(prompt, tokens)[0]:
        if merged and merged[-1][0] == text and merged[-1][2] == start:
            merged[-1] = (text, merged[-1][1], end)
        else:
            merged.append((text, start, end))
    return tuple(merged)


def token_ids(prompt: Prompt, vocabulary: range) -> list[int]:
    """Return ids for a real engine: the same for the same tokens, by chance else different.

    Args:
        prompt: its pieces.
        vocabulary: ids to choose from; special tokens stay out of it.
    """
    ids: list[int] = []
    for text, start, end in prompt:
        chosen = random.Random(repr(text))
        drawn = chosen.choices(vocabulary, k=end)
        ids += drawn[start:]
    return ids
