"""The prompt layouts that are compared: fimls' own, and what other clients send."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from fimls.completion import Query
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import ServedModel
from fimls.context import Budget, take_window
from fimls.prompt import Prompt
from fimls.settings import Settings
from fimls.text import Point

Ask = Callable[[Query], tuple[int, ...]]
"""The prompt of a query, as token ids."""

LAYOUTS = {
    "sliding": "the last N characters and the first M, prefix-suffix-middle",
    "psm": "a window with an anchored start, prefix-suffix-middle",
    "spm": "the same window, suffix first: what precedes the cursor ends the prompt",
    "held": "fimls: prefix and suffix frozen, typed text behind them",
}


def make(name: str, served: ServedModel, settings: Settings) -> Ask:
    """Return the layout of that name, all with the same budgets."""
    prompt, builder = settings.prompt, served.builder
    budget = Budget(prefix_tokens=prompt.prefix_tokens, suffix_tokens=prompt.suffix_tokens)
    count = builder.tokenizer.count

    def sliding(query: Query) -> tuple[int, ...]:
        text, cursor = query.document.text, query.cursor
        before, after = text.slice(Point(0, 0), cursor), text.slice(cursor, text.end)
        per_token = _characters_per_token(query, count)
        prefix = before[-max(1, round(budget.prefix_tokens * per_token)) :]
        suffix = after[: round(budget.suffix_tokens * per_token)]
        return builder.build(prefix, suffix).input_ids

    def spm(query: Query) -> tuple[int, ...]:
        window = take_window(query.document.text, query.cursor, budget, count)
        empty = builder.build("", window.suffix).input_ids
        return (*empty, *builder.extended(Prompt(), window.prefix).input_ids)

    if name == "sliding":
        return sliding
    if name == "spm":
        return spm
    kind = {"psm": "whole", "held": "held"}[name]
    layout = PromptLayout(served, attrs.evolve(settings, prompt=attrs.evolve(prompt, layout=kind)))
    return lambda query: layout.ask(query).prompt.input_ids


def _characters_per_token(query: Query, count: Callable[[str], int]) -> float:
    """Peers cut by characters; this makes their window as large as the others' on average.

    Counted on the document's first lines only, which rarely change, so that the size stays.
    """
    sample = "".join(query.document.text.lines[:200])
    return len(sample) / max(1, count(sample))
