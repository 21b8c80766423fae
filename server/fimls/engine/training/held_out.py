"""How good the embedded model is: held-out loss, and exact match of the rest of a line."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import torch
import torch.nn.functional as F

from fimls.confidence_intervals import wilson
from fimls.engine.training.vocabulary import Vocabulary
from fimls.prompt.token_healing import cut_back

CONTEXT_CHARACTERS = 3_000
ANSWER_TOKENS = 40

Generate = Callable[[list[int], str], str]
"""Prompt, and what the answer must begin with -> the greedy answer up to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """One cursor in a held-out file: the model sees prefix and suffix, `line` is the answer."""

    kind: str
    prefix: str
    suffix: str
    line: str


def holes(texts: Sequence[str], number: int, seed: int) -> list[Hole]:
    """Return cursors at word starts and inside words, half each, with some of a line after them."""
    rng = random.Random(seed)
    found: list[Hole] = []
    kinds = {
        "word start": re.compile(r"(?<!\w)(?=\w)"),
        "inside a word": re.compile(r"(?<=\w)(?=\w)"),
    }
    while len(found) < number:
        text = rng.choice(texts)
        kind = list(kinds)[len(found) % 2]
        line = rng.choice([m for m in re.finditer(r"[^\n]+", text) if m[0].strip()])
        places = [m.start() for m in kinds[kind].finditer(line[0]) if m.start() < len(line[0]) - 2]
        if not places:
            continue
        cursor = line.start() + rng.choice(places)
        start = max(0, cursor - CONTEXT_CHARACTERS)
        start = text.find("\n", start) + 1 if start else 0
        found.append(
            Hole(
                kind=kind,
                prefix=text[start:cursor],
                suffix=text[line.end() : line.end() + CONTEXT_CHARACTERS // 4],
                line=text[cursor : line.end()],
            )
        )
    return found


def exact_matches(holes: Sequence[Hole], answer: Callable[[Hole], str]) -> dict[str, Any]:
    """Return, per kind of hole, the share of answers that are the rest of the line, in percent."""
    right: dict[str, list[bool]] = {}
    for hole in holes:
        right.setdefault(hole.kind, []).append(answer(hole).rstrip() == hole.line.rstrip())
    return {kind: share(sum(hits), len(hits)) for kind, hits in right.items()}


def held_answer(vocabulary: Vocabulary, generate: Generate) -> Callable[[Hole], str]:
    """Answer as fimls asks: the cursor's line follows the FIM end token, up to its last piece."""

    def answer(hole: Hole) -> str:
        words = vocabulary
        above, newline, typed = hole.prefix.rpartition("\n")
        read, fragment = cut_back(typed, words)
        prompt = fim(words, above + newline, hole.suffix) + words.encode(read)
        return generate(prompt, fragment).removeprefix(fragment).split("\n")[0]

    return answer


def whole_answer(vocabulary: Vocabulary, generate: Generate) -> Callable[[Hole], str]:
    """Answer plain prefix-suffix-middle, the prefix ending at the cursor."""

    def answer(hole: Hole) -> str:
        return generate(fim(vocabulary, hole.prefix, hole.suffix), "").split("\n")[0]

    return answer


def fim(words: Vocabulary, prefix: str, suffix: str) -> list[int]:
    """Return the prompt up to the FIM end token."""
    before = [words.bos, words.fim_begin, *words.encode(prefix), words.fim_hole]
    return [*before, *words.encode(suffix), words.fim_end]


def ngram_answer(
    vocabulary: Vocabulary, following: Callable[[Sequence[int]], int | None]
) -> Callable[[Hole], str]:
    """Answer with an n-gram, which sees the prefix alone."""

    def answer(hole: Hole) -> str:
        context = vocabulary.encode(hole.prefix)
        made: list[int] = []
        while len(made) < ANSWER_TOKENS and "\n" not in vocabulary.tokenizer.decode(made):
            token = following([*context, *made])
            if token is None:
                break
            made.append(token)
        return vocabulary.tokenizer.decode(made).split("\n")[0]

    return answer


@torch.inference_mode()
def held_out_loss(model: Any, vocabulary: Vocabulary, texts: Sequence[str]) -> dict[str, float]:
    """Return nats a token and bits a byte over held-out files, read from left to right."""
    nats, tokens, size = 0.0, 0, 0
    for window in _windows(vocabulary, texts):
        ids = torch.tensor([[vocabulary.bos, *window]])
        logits = model(ids).logits[0, :-1].float()
        nats += F.cross_entropy(logits, ids[0, 1:], reduction="sum").item()
        tokens += len(window)
        size += len(vocabulary.tokenizer.decode(window).encode())
    return {"nats_a_token": round(nats / tokens, 3), "bits_a_byte": round(nats / log(2) / size, 3)}


def _windows(vocabulary: Vocabulary, texts: Sequence[str]) -> Iterator[list[int]]:
    for text in texts:
        yield vocabulary.encode(text)[:1024]


def share(hits: int, total: int) -> dict[str, float]:
    """Return a percentage with its 95 % interval."""
    found = wilson(hits, total)
    return {
        "percent": round(found.value, 1),
        "low": round(found.low, 1),
        "high": round(found.high, 1),
        "rows": total,
    }
