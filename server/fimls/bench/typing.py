"""Replays typing traces against an engine in several prompt layouts, side by side."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice

from fimls.backend.adapters.llama_cpp import LlamaCppBackend
from fimls.backend.base import Backend, Chunk, Usage
from fimls.bench.compared_layouts import make
from fimls.bench.typing_trace import Trace
from fimls.completion.served_model import ServedModel
from fimls.errors import FimlsError
from fimls.settings import Settings

Report = Callable[[], None]
"""Called after each request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one request cost.

    Attributes:
        trace: name of the trace.
        layout: name of the layout.
        key: number of the key in its trace, from 0.
        prompt_tokens: length of the prompt.
        cached_tokens: how many of them the engine had, by its own count.
        first_token_ms: from sending the request to the first token, in ms.
    """

    trace: str
    layout: str
    key: int
    prompt_tokens: int
    cached_tokens: int
    first_token_ms: float

    @property
    def new_tokens(self) -> int:
        """Tokens that the engine read for this request."""
        return self.prompt_tokens - self.cached_tokens


async def replay(
    backend: Backend,
    served: ServedModel,
    settings: Settings,
    traces: Sequence[Trace],
    layouts: Sequence[str],
    *,
    most_keys: int | None = None,
    seed: int = 0,
    report: Report = lambda: None,
) -> list[Sample]:
    """Return one sample for each key and layout, of at most so many keys a trace.

    At each key the layouts take turns in an order that is shuffled anew, so that whatever else the
    machine does hits all of them. Each layout has a cache namespace of its own, new in each run:
    none of them profits from another, or from an earlier run.

    Raises:
        FimlsError: the engine cannot keep as many prompts as there are layouts.
    """
    slots = backend.slots if isinstance(backend, LlamaCppBackend) else len(layouts)
    if slots < len(layouts):
        raise FimlsError(
            f"This llama.cpp server keeps {slots} prompts, and {len(layouts)} layouts are compared:"
            f" start it with -np {len(layouts)}, or name fewer layouts."
        )
    choose = random.Random(seed)
    run = uuid.uuid4().hex
    samples: list[Sample] = []
    for trace in traces:
        asks = {
            name: make(name, backend, served, settings, f"bench-{run}-{trace.name}-{name}")
            for name in layouts
        }
        for key, query in enumerate(islice(trace.queries(), most_keys)):
            order = choose.sample(list(layouts), len(layouts))
            for name in order:
                samples.append(
                    await _measure(asks[name](query), trace=trace.name, layout=name, key=key)
                )
                report()
    return samples


async def _measure(
    asked: AsyncGenerator[Chunk, None], *, trace: str, layout: str, key: int
) -> Sample:
    usage, first = Usage(), None
    started = time.perf_counter()
    async with aclosing(asked) as chunks:
        async for chunk in chunks:
            first = first or time.perf_counter()
            usage = chunk.usage
    return Sample(
        trace=trace,
        layout=layout,
        key=key,
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.cached_tokens,
        first_token_ms=((first or time.perf_counter()) - started) * 1e3,
    )
