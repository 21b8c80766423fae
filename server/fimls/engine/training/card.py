"""The embedded model's card: what it is, what it learned from, how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fimls.engine.training.corpus import Source

SHOWN: tuple[tuple[str, str], ...] = (
    ("class Basket:\n    def __init__(self, owner):\n        self.owner = ", "\n"),
    ("def area(width, height):\n    return width * ", "\n"),
    ("def total(prices):\n    result = 0\n    for price in ", "\n        result += price\n"),
    ("import os\nimport sys\n\n\ndef main():\n    print(os.path.join(", ")\n"),
    ("def load(path):\n    with open(", ") as file:\n        return file.read()\n"),
    ("class Point:\n    def __init__(self, x, y):\n        self.x = x\n        self.", "\n"),
    ("names = []\nfor name in names:\n    pri", "\n"),
    ("def check(value):\n    if value is None:\n        raise ", "\n    return value\n"),
    ("def first(items):\n    if not items:\n", "\n    return items[0]\n"),
    ("for index, item in enumer", "\n    print(index, item)\n"),
)
"""Cursors whose real answers are shown on the card: text before and after."""


def card(
    figures: dict[str, Any],
    sources: Sequence[Source],
    shown: Sequence[tuple[str, str, str]],
    *,
    vocabulary: int,
) -> str:
    """Return the card as Markdown."""
    trained, loss = figures["trained"], figures["held_out"]
    rows = "\n".join(
        f"| {kind} | {_percent(figures['exact_match'][kind])} "
        f"| {_percent(figures['exact_match_whole'][kind])} "
        f"| {_percent(figures['exact_match_ngram'][kind])} |"
        for kind in figures["exact_match"]
    )
    files = sum(len(s.training) for s in sources)
    characters = sum(len(text) for s in sources for text in s.training)
    examples = "\n\n".join(
        f"```python\n{before}⟦{answer}⟧{after}```" for before, after, answer in shown
    )
    packages = "\n".join(
        f"| {s.name} | {s.licence} | {len(s.training)} | {sum(map(len, s.training)):,} |"
        for s in sources
    )
    return f"""# The embedded model of fimls

A very small DeepSeek-V2 (latent attention, mixture of experts, yarn), {figures["parameters"]:,}
parameters, {vocabulary:,} tokens of byte-level BPE, that fills in the middle of Python. It is the
fallback that lets fimls run, be tried and be tested without a GPU, and nothing is downloaded from
Hugging Face. **It is not a good code model**: for work, serve a real one (`fimls engine --list`).

It was made by `fimls train-embedded` on a processor: {trained.get("steps", "?"):,} steps,
{trained.get("tokens", 0):,} tokens, {trained.get("minutes", "?")} minutes. Licence: Apache-2.0, as
fimls.

## How good it is

Measured on whole files that were kept out of training (chosen by a hash of their text), by
`fimls train-embedded FOLDER --evaluate`. Loss, read from left to right: {loss["nats_a_token"]} nats
a token, {loss["bits_a_byte"]} bits a byte. Exact match of the rest of the line, greedy, in percent
with 95 % intervals. *Held* is how fimls asks: the prefix ends above the cursor's line. What stands
before the cursor on that line follows the FIM end token, up to the tokenizer's last piece, and the
answer has to begin with that piece. *Whole* is plain prefix-suffix-middle, cut at the cursor: so
little training did not teach the model to look back to where a cut line ended. The baseline is a
backing-off n-gram (up to 8 tokens) over the training text and the file's own prefix:

| cursor | held | whole | n-gram |
|---|---|---|---|
{rows}

## What it answers

Real answers to the held prompt, to the end of the line, between ⟦ and ⟧; nobody chose the good
ones.

{examples}

## What it learned from

{files:,} files, {characters:,} characters of Python source that was installed where it was trained,
under permissive licences as the packages' metadata state them. Tests, generated code, vendored
copies and duplicates were left out, and no package gives more than its share.

| package | licence | files | characters |
|---|---|---|---|
{packages}
"""


def _percent(share: dict[str, float]) -> str:
    return f"{share['percent']} ({share['low']} to {share['high']}, {share['rows']} rows)"
