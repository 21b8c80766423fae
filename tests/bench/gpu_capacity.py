"""What `fimls engine plan --simulate` assumes of a GPU, measured, and the same tables with it.

    python tests/bench/gpu_capacity.py --url http://127.0.0.1:30000 --preset deepseek-v2.5-fp8

The engine runs already, and nobody else uses it. Measured are prompt tokens read in a second (eight
prompts of 2,560 new tokens at a time), the time of a step while sixteen requests write, and the
pool, as the engine says it. Then the plan is printed with these rates in place of the assumed ones.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

from fimls.backend.base import GenerateRequest
from fimls.backend.sglang import SGLangBackend
from fimls.cli import main as fimls

PROMPT, WRITTEN = 2_560, 64


def main() -> None:
    """Measure, and print the plan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--preset", required=True)
    parser.add_argument("--users", type=int, nargs="+", default=[100, 300, 1_000])
    args = parser.parse_args()
    read_per_s, step_s, pool = asyncio.run(measured(args.url))
    print(f"{read_per_s:,.0f} prompt tokens a second, {1e3 * step_s:.1f} ms a step, pool: {pool}")
    for users in args.users:
        plan = f"engine plan --simulate --users {users} --preset {args.preset}"
        if fimls([*plan.split(), f"--read-per-s={read_per_s}", f"--step-ms={1e3 * step_s}"]):
            sys.exit(1)


async def measured(url: str) -> tuple[float, float, object]:
    """Return tokens read in a second, seconds of a step, and what the engine says of its pool."""
    backend = SGLangBackend(url)
    try:
        info: dict[str, Any] = await backend.get_json("server_info", "get_server_info")
        await together(backend, 2, 1)  # kernels are compiled
        read = max([8 * PROMPT / await together(backend, 8, 0) for _ in range(3)])
        one, many = [await together(backend, 16, new) for new in (1, WRITTEN)]
        return read, (many - one) / (WRITTEN - 1), info.get("max_total_num_tokens", "not said")
    finally:
        await backend.aclose()


async def together(backend: SGLangBackend, requests: int, new_tokens: int) -> float:
    """Return the seconds that so many requests with new prompts take together."""
    begun = time.perf_counter()
    await asyncio.gather(*(ask(backend, prompt(), new_tokens) for _ in range(requests)))
    return time.perf_counter() - begun


def prompt() -> Sequence[int]:
    """Return ids that no cache has."""
    return random.choices(range(256, 4_000), k=PROMPT)


async def ask(backend: SGLangBackend, ids: Sequence[int], new_tokens: int) -> None:
    """Ask once, and read to the end."""
    request = GenerateRequest(rid=uuid.uuid4().hex, input_ids=ids, max_new_tokens=new_tokens)
    async with aclosing(backend.stream(request)) as chunks:
        async for _ in chunks:
            pass


if __name__ == "__main__":
    main()
