"""What looking for other files has the event loop do at each key, beside what a key costs anyway.

    python tests/bench/context_handler.py [--keys 600]

A file of ours is typed again. Each key is taken note of, asked about and laid out for the embedded
model, with and without other files, in turns; times are of the processor, of the loop's thread.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fimls.backend.base import ModelInfo
from fimls.bench.module_traces import from_module
from fimls.completion import Query
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import ServedModel
from fimls.lsp.configuration import Configuration
from fimls.lsp.context import Context
from fimls.prompt import PromptBuilder, PromptTokenizer, choose_template
from fimls.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.editing import SOURCE

_ROUNDS = 3


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=600)
    args = parser.parse_args()
    trace = from_module(SOURCE / "lsp/completion_services.py", seed=0)
    queries = [*islice(trace.queries(), args.keys)]
    served = _served()
    took: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(_ROUNDS):
        for enabled in took:
            took[enabled] += asyncio.run(_type(queries, served, enabled=enabled))
    for enabled, times in took.items():
        middle, high = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        name = "with" if enabled else "without"
        print(f"{name} other files: a key takes p50 {middle:.3f} p95 {high:.3f} ms")


def _served() -> ServedModel:
    name = str(SOURCE / "engine/embedded")
    tokenizer = PromptTokenizer.load(name)
    template = choose_template("auto", model=name, has_token=tokenizer.has_token)
    info = ModelInfo(model_path="bench", tokenizer_path="", context_length=32_768)
    return ServedModel(info=info, builder=PromptBuilder(template, tokenizer))


async def _type(queries: Sequence[Query], served: ServedModel, *, enabled: bool) -> list[float]:
    configuration = Configuration(Path("none.toml"))
    configuration.start({"context": {"enabled": enabled}}, [])
    opened: dict[str, Any] = {}
    documents: Any = SimpleNamespace(all=opened.values, get=opened.get)

    async def prefetch(*_: object) -> None:
        """No engine is there to read ahead."""

    context = Context(configuration, documents, prefetch, reads_files=lambda: False)
    layout, times, before = PromptLayout(served, Settings()), list[float](), None
    for query in queries:
        opened[query.document.uri] = query.document
        began = time.thread_time()
        context.changed(before, query.document)
        layout.ask(context.asked(query))
        times.append((time.thread_time() - began) * 1e3)
        before = query.document
        await asyncio.sleep(0.002)  # what is looked for has its turn
    await context.aclose()
    return times


if __name__ == "__main__":
    main()
