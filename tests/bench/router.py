"""What a router between fimls and two engines does to a user's cached share.

    python tests/bench/router.py [--keys N]

Two real engines with the embedded model run behind ``sglang-router`` (install it beside SGLang) as
``configs/router`` starts it. Six users type three traces at a time, each in a cache namespace of
their own: first all at one engine, then through the router. A router that spreads a user's keys
makes both engines read the file; `cache_aware` keeps each where its prompt is. It must find that
out from token ids, as fimls sends no text.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fimls.backend.sglang import SGLangBackend
from fimls.bench.typing import Sample, replay
from fimls.bench.typing_trace import Trace
from fimls.completion.served_model import load_served_model
from fimls.engine.preset import load_preset
from fimls.engine.supervisor import Engine
from fimls.prompt import PromptTokenizer
from fimls.settings import ModelSettings, Settings
from support.router import routed

TRACES = sorted((Path(__file__).parents[1] / "data" / "traces").glob("*.json"))
USERS = 6


def main() -> None:
    """Print the cached share of each user, and how many requests each engine got."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=60, help="of each user")
    parser.add_argument("--policy", default="cache_aware")
    args = parser.parse_args()
    with ExitStack() as stack:
        preset = load_preset("embedded")
        engines = [
            stack.enter_context(Engine.start(preset, extra=["--enable-metrics"])) for _ in range(2)
        ]
        urls = [engine.url for engine in engines]
        router, _ = stack.enter_context(routed(urls, policy=args.policy))
        for name, url in (("one engine", urls[0]), (f"router, {args.policy}", router)):
            before = [prompts(each) for each in urls]
            shares = asyncio.run(typed_by_all(url, args.keys))
            after = [prompts(each) for each in urls]
            sent = [b - a for a, b in zip(before, after, strict=True)]
            print(
                f"{name}: cached {sum(shares) / len(shares):.1%} on average,"
                f" {min(shares):.1%} at least; prompt tokens of each engine: {sent}"
            )


async def typed_by_all(url: str, keys: int) -> list[float]:
    """Return which share of each user's prompt tokens came from the cache."""
    backend = SGLangBackend(url)
    try:
        served = await load_served_model(backend, ModelSettings(), PromptTokenizer.load)
        traces = [Trace.load(TRACES[user % len(TRACES)]) for user in range(USERS)]
        users = [
            replay(backend, served, Settings(), [trace], ["held"], most_keys=keys)
            for trace in traces
        ]
        return [share(samples) for samples in await asyncio.gather(*users)]
    finally:
        await backend.aclose()


def share(samples: Sequence[Sample]) -> float:
    return sum(s.cached_tokens for s in samples) / sum(s.prompt_tokens for s in samples)


def prompts(url: str) -> int:
    """Return how many prompt tokens an engine has been sent, by its own metrics."""
    with urllib.request.urlopen(f"{url}/metrics") as answer:
        lines = answer.read().decode().split("\n")
    return sum(
        int(float(line.rsplit(" ", 1)[1]))
        for line in lines
        if line.startswith("sglang:prompt_tokens_total")
    )


if __name__ == "__main__":
    main()
