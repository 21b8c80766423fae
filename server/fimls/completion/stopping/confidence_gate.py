"""Where a model is no longer sure of what it writes."""

from __future__ import annotations

import math
from collections.abc import Sequence


def sure_until(text: str, logprobs: Sequence[tuple[str, float]], least: float) -> int:
    """Return the length of the part of `text` whose joint probability is at least `least`.

    The part ends between words: half a word is no suggestion. Tokens before the beginning of
    `text`, which make up a fragment that was typed already, do not count.

    Args:
        text: what was generated.
        logprobs: each of its tokens as text, with the natural logarithm of its probability.
        least: the joint probability below which it ends; 0 asks for nothing.
    """
    if least <= 0 or not logprobs:
        return len(text)
    place = len(text) - sum(len(token) for token, _ in logprobs)
    joint, limit = 0.0, math.log(least)
    for token, logprob in logprobs:
        if place + len(token) > 0:
            joint += logprob
            if joint < limit:
                return _word_start(text, max(place, 0))
        place += len(token)
    return len(text)


def _word_start(text: str, place: int) -> int:
    if _is_word(text[place : place + 1]):
        while place and _is_word(text[place - 1]):
            place -= 1
    return place


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
