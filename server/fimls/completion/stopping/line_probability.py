"""How sure a model was of a part of what it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineProbability:
    """The tokens of a text with their probabilities.

    Attributes:
        start: where the first of them begins; before the text if it is a part of what is typed.
        logprobs: each as text, with the natural logarithm of its probability.
    """

    start: int
    logprobs: Sequence[tuple[str, float]]

    @classmethod
    def of(cls, text: str, logprobs: Sequence[tuple[str, float]]) -> LineProbability | None:
        """Return what is known of a text whose last tokens these are; None if that is nothing."""
        if not logprobs:
            return None
        return cls(len(text) - sum(len(token) for token, _ in logprobs), logprobs)

    def between(self, start: int, end: int) -> float:
        """Return the logarithm of the joint probability of the tokens that have a part there."""
        joint, at = 0.0, self.start
        for token, logprob in self.logprobs:
            if at >= end:
                break
            if at + len(token) > start:
                joint += logprob
            at += len(token)
        return joint
