"""The prompt layouts that are compared: fimls' own, and what other clients send."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Callable
from typing import TypeAlias

import attrs

from fimls.backend.adapters.llama_cpp import LlamaCppBackend
from fimls.backend.base import Backend, Chunk, GenerateRequest
from fimls.bench.llama_infill import infill
from fimls.completion import Query
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import ServedModel
from fimls.context import Budget, take_window
from fimls.errors import FimlsError
from fimls.prompt import Prompt
from fimls.settings import Settings
from fimls.text import Point

Ask: TypeAlias = Callable[[Query], AsyncGenerator[Chunk, None]]
"""Lays a query out; what is returned asks the engine for one token once it is read."""

LAYOUTS = {
    "sliding": "the last N characters and the first M, prefix-suffix-middle",
    "psm": "a window with an anchored start, prefix-suffix-middle",
    "spm": "the same window, suffix first: what precedes the cursor ends the prompt",
    "infill": "llama.cpp's own /infill, as llama.vim calls it",
    "held": "fimls: prefix and suffix frozen, typed text behind them",
}


def layouts_for(backend: Backend) -> tuple[str, ...]:
    """Return the names of the layouts that can be compared at an engine."""
    of_llama = isinstance(backend, LlamaCppBackend)
    return tuple(name for name in LAYOUTS if of_llama or name != "infill")


def make(
    name: str, backend: Backend, served: ServedModel, settings: Settings, namespace: str
) -> Ask:
    """Return the layout of that name, all with the same budgets but `infill`.

    Args:
        name: one of `LAYOUTS`.
        backend: the engine.
        served: its model.
        settings: the budgets.
        namespace: of the cache, for this layout alone.

    Raises:
        FimlsError: the engine has no such call.
    """
    if name == "infill":
        if not isinstance(backend, LlamaCppBackend):
            raise FimlsError("Only a llama.cpp server has /infill: leave that layout out.")
        return lambda query: infill(backend, query, namespace)
    laid_out = _prompts(name, served, settings)

    def ask(query: Query) -> AsyncGenerator[Chunk, None]:
        prompt = laid_out(query)
        return backend.stream(
            GenerateRequest(
                rid=uuid.uuid4().hex,
                input_ids=prompt.input_ids,
                text=prompt.text,
                suffix=prompt.suffix,
                max_new_tokens=1,
                extra_key=namespace,
            )
        )

    return ask


def _prompts(name: str, served: ServedModel, settings: Settings) -> Callable[[Query], Prompt]:
    prompt, builder = settings.prompt, served.builder
    budget = Budget(prefix_tokens=prompt.prefix_tokens, suffix_tokens=prompt.suffix_tokens)
    count = builder.tokenizer.count

    def sliding(query: Query) -> Prompt:
        text, cursor = query.document.text, query.cursor
        before, after = text.slice(Point(0, 0), cursor), text.slice(cursor, text.end)
        per_token = _characters_per_token(query, count)
        prefix = before[-max(1, round(budget.prefix_tokens * per_token)) :]
        suffix = after[: round(budget.suffix_tokens * per_token)]
        return builder.build(prefix, suffix)

    def spm(query: Query) -> Prompt:
        window = take_window(query.document.text, query.cursor, budget, count)
        return builder.extended(builder.build("", window.suffix), window.prefix)

    if name == "sliding":
        return sliding
    if name == "spm":
        return spm
    kind = {"psm": "whole", "held": "held"}[name]
    layout = PromptLayout(served, attrs.evolve(settings, prompt=attrs.evolve(prompt, layout=kind)))
    return lambda query: layout.ask(query).prompt


def _characters_per_token(query: Query, count: Callable[[str], int]) -> float:
    """Peers cut by characters; this makes their window as large as the others' on average.

    Counted on the document's first lines only, which rarely change, so that the size stays.
    """
    sample = "".join(query.document.text.lines[:200])
    return len(sample) / max(1, count(sample))
