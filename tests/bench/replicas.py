"""Two real engines behind a hub's placement, beside one with as large a pool; one is killed.

    python tests/bench/replicas.py [--people 40] [--pairs 3]

The prompts are a quarter as long as usual, and so are the pools, so that it takes minutes. Printed
are the cached shares of the last round, of one engine and of two with half its pool each, in some
pairs, as who comes to which of two depends on their addresses. Then, while four people at a time
ask, one of the two is killed and started again: answers that were lost, and shares before, while it
was away, and after it came back.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from contextlib import ExitStack, aclosing, contextmanager
from pathlib import Path
from statistics import fmean

import attrs

sys.path.insert(0, str(Path(__file__).parents[1]))

from fimls.backend.base import Backend, GenerateRequest, Usage
from fimls.capacity.round_robin import Ask, Rounds
from fimls.engine.preset import load_preset
from fimls.engine.supervisor import Engine
from fimls.errors import FimlsError
from fimls.hub.engine_client import sglang
from fimls.hub.replica import RETURN_S
from fimls.settings import EngineSettings, HubSettings
from support.cache_traffic import ids_of

POOL = 159_143 // 4
AT_ONCE = 4


@attrs.frozen(kw_only=True)
class Answered:
    """What an engine said of one request; nothing where it was lost."""

    ask: Ask
    usage: Usage | None


def main() -> None:
    """Print one line a phase."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--pairs", type=int, default=3, help="pairs of engines, one by one")
    args = parser.parse_args()
    rounds = Rounds(people=args.people, prefix=512, suffix=128, keys=6, new_tokens=2)
    os.environ.setdefault("SGLANG_CPU_OMP_THREADS_BIND", "0")
    with started(1, POOL) as [engine]:
        one = show("one engine", asyncio.run(asked([engine.url], rounds)))
    shares: list[float] = []
    for last in [*[False] * (args.pairs - 1), True]:
        with started(2, POOL // 2) as pair:
            shares.append(asyncio.run(with_two(pair, rounds, kill=last)))
    print(f"two engines less one: {fmean(shares) - one:+.1f} points, mean of {len(shares)} pairs")


async def with_two(pair: Sequence[Engine], rounds: Rounds, *, kill: bool) -> float:
    """Ask two engines, perhaps kill one of them and start it again; return the share before."""
    urls = [engine.url for engine in pair]
    backend = sglang(EngineSettings(), HubSettings(replicas=urls))
    try:
        share = show("two engines", [each async for each in answers(backend, rounds.asks())])
        if not kill:
            return share
        again = attrs.evolve(rounds, seed=2, rounds=1)
        found: list[Answered] = []
        at = rounds.people * rounds.places * rounds.keys // 3
        victim = pair[1]
        port = int(victim.url.rpartition(":")[2])
        async for each in answers(backend, again.asks()):
            found.append(each)
            if len(found) == at:
                os.killpg(victim.pid, signal.SIGKILL)
        show(f"one killed after {at} of {len(found)}", found, counted=False)
        by = {url: [a for a in found[:at] if a.usage and a.usage.engine == url] for url in urls}
        for url, before in by.items():
            show(f"  before: {url}", before, counted=False)
        show("  after, at the one left", found[at:], counted=False)
        with ExitStack() as stack:
            extra = arguments(POOL // 2)
            await asyncio.to_thread(
                lambda: stack.enter_context(
                    Engine.start(load_preset("embedded"), port=port, extra=extra)
                )
            )
            begun = time.monotonic()
            while time.monotonic() - begun < RETURN_S + 5:
                await asyncio.sleep(1)
            more = attrs.evolve(rounds, seed=3)
            found = [each async for each in answers(backend, more.asks())]
            show("both again", found)
            for url in urls:
                own = [a for a in found if a.usage and a.usage.engine == url]
                show(f"  {url}", own)
        return share
    finally:
        await backend.aclose()


async def asked(urls: Sequence[str], rounds: Rounds) -> list[Answered]:
    """Return what engines answer to all."""
    backend = sglang(EngineSettings(), HubSettings(replicas=[*urls]))
    try:
        return [each async for each in answers(backend, rounds.asks())]
    finally:
        await backend.aclose()


async def answers(backend: Backend, asks: Iterator[Ask]) -> AsyncIterator[Answered]:
    """Ask a few at a time, and yield what comes back."""
    done: asyncio.Queue[Answered | None] = asyncio.Queue()

    async def worker() -> None:
        for ask in asks:
            await done.put(await answered(backend, ask))
        await done.put(None)

    workers = [asyncio.create_task(worker()) for _ in range(AT_ONCE)]
    left = AT_ONCE
    while left:
        each = await done.get()
        if each is None:
            left -= 1
        else:
            yield each
    await asyncio.gather(*workers)


async def answered(backend: Backend, ask: Ask) -> Answered:
    """Ask once; whoever is lost is not asked for again."""
    request = GenerateRequest(
        rid=f"{ask.person:08d}{ask.number:08d}{time.monotonic_ns():020d}",
        input_ids=ids_of(ask.prompt),
        max_new_tokens=2,
        extra_key=f"person {ask.person}",
    )
    usage: Usage | None = None
    try:
        async with aclosing(backend.stream(request)) as chunks:
            async for chunk in chunks:
                usage = chunk.usage
    except FimlsError as error:
        print(f"lost: {error}")
        usage = None
    return Answered(ask=ask, usage=usage)


def show(name: str, found: Sequence[Answered], *, counted: bool = True) -> float:
    """Print the cached share, and how many were lost; return the share in percent."""
    usages = [each.usage for each in found if each.usage and (each.ask.counted or not counted)]
    prompt = sum(usage.prompt_tokens for usage in usages)
    cached = sum(usage.cached_tokens for usage in usages)
    evicted = sum(each.usage.evicted_tokens for each in found if each.usage)
    lost = sum(each.usage is None for each in found)
    share = 100 * cached / max(prompt, 1)
    print(
        f"{name:44} {share:5.1f} % cached of {len(usages)}, {evicted:,} evicted, {lost} lost",
        flush=True,
    )
    return share


@contextmanager
def started(count: int, pool: int) -> Generator[list[Engine]]:
    """Start engines with such pools."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(Engine.start(load_preset("embedded"), extra=arguments(pool)))
            for _ in range(count)
        ]


def arguments(pool: int) -> list[str]:
    """Return SGLang's."""
    return ["--max-total-tokens", str(pool)]


if __name__ == "__main__":
    main()
