"""The objective: fill-in-the-middle samples, cut where editors ask, packed into rows of one length.

A sample is ``BOS <begin> prefix <hole> suffix <end> middle EOS`` (prefix-suffix-middle, as DeepSeek
trains it), or a plain window of a file.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from fimls.engine.training.vocabulary import Vocabulary

FIM_SHARE = 0.75
"""Share of samples with a middle cut out; the others are read from left to right."""

CHARACTERS_A_TOKEN = 2.9
"""A little less than the corpus has, so that most windows fit."""


class Sampler:
    """Draws rows of token ids from texts; the state of `rng` is all of its state."""

    def __init__(self, texts: Sequence[str], vocabulary: Vocabulary, seed: int) -> None:
        self.rng = random.Random(seed)
        self._texts = texts
        self._vocabulary = vocabulary
        self._weights: list[int] = []
        total = 0
        for text in texts:
            total += len(text)
            self._weights.append(total)

    def row(self, length: int) -> list[int]:
        """Return one row: samples one after another, each with its own BOS, the last one padded."""
        row: list[int] = []
        while length - len(row) >= 48:
            row += self.sample(length - len(row))
        return row + [self._vocabulary.eos] * (length - len(row))

    def sample(self, room: int) -> list[int]:
        """Return one sample of at most `room` tokens."""
        [text] = self.rng.choices(self._texts, cum_weights=self._weights)
        window = self._window(text, int(room * CHARACTERS_A_TOKEN))
        words = self._vocabulary
        if self.rng.random() >= FIM_SHARE:
            ends = [words.eos] if text.endswith(window) else []
            return [words.bos, *words.encode(window)][: room - len(ends)] + ends
        start, end = cut(window, self.rng)
        suffix_end = len(window)
        if self.rng.random() < 0.15:  # the cursor is often at the end of the file
            suffix_end = end
        prefix, suffix, middle = (
            words.encode(part)
            for part in (window[:start], window[end:suffix_end], window[start:end])
        )
        middle = middle[: room // 2]
        left = room - 5 - len(middle)
        suffix = suffix[: max(left // 3, left - len(prefix))]
        prefix = prefix[max(0, len(prefix) - (left - len(suffix))) :]
        return [
            words.bos,
            words.fim_begin,
            *prefix,
            words.fim_hole,
            *suffix,
            words.fim_end,
            *middle,
            words.eos,
        ]

    def _window(self, text: str, size: int) -> str:
        """Return a part of the text that begins at a line, half of the time at the file's start."""
        if len(text) <= size or self.rng.random() < 0.3:
            return text[:size]
        start = text.find("\n", self.rng.randrange(len(text) - size)) + 1
        return text[start : start + size]


def cut(window: str, rng: random.Random) -> tuple[int, int]:
    """Return where the middle begins and ends, in characters."""
    kind = rng.random()
    start = rng.randrange(len(window))
    if kind < 0.5:  # from anywhere in a line to its end, or on to one of the next lines' ends
        while start < len(window) and window[start] == "\n":
            start += 1
        end = _line_end(window, start, 0 if kind < 0.4 else rng.randint(1, 5))
    elif kind < 0.75:  # from a line's start
        start = window.rfind("\n", 0, start) + 1
        end = _line_end(window, start, 0 if kind < 0.65 else rng.randint(1, 5))
    elif kind < 0.85:  # the inside of brackets, or up to a bracket
        end = start
        while end < len(window) and window[end] not in ")]}\n":
            end += 1
    else:  # any span
        end = min(len(window), start + int(2 ** rng.uniform(0, 8)))
    return start, max(start, end)


def _line_end(window: str, start: int, more: int) -> int:
    end = window.find("\n", start)
    for _ in range(more):
        if end >= 0:
            end = window.find("\n", end + 1)
    return len(window) if end < 0 else end
