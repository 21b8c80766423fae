"""``fimls bench cancel``: how soon an engine is rid of a generation that nobody wants any more."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from contextlib import ExitStack

import attrs
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from fimls.cli import Subparsers
from fimls.cli.engine_settings import configured_engine
from fimls.cli.number_types import positive
from fimls.settings import Layer, resolve

_LIMITS = {"lines": "multi", "max_lines": 1_000, "max_new_tokens": 1_024, "speculation": False}
"""Long answers, so that there is something to cancel."""


def add(kinds: Subparsers) -> None:
    """Add the command line of this benchmark."""
    cancel = kinds.add_parser(
        "cancel",
        help="from a newer keystroke to the older generation's end in the engine",
        description="Cancel running generations of an engine that has no other users, and measure"
        " how long they go on.",
    )
    cancel.add_argument("--url", help="the engine's address (default: as configured)")
    cancel.add_argument("--preset", help="start an engine from this preset instead")
    cancel.add_argument("--rounds", type=positive, default=100, metavar="N", help="default: 100")
    cancel.add_argument("--seed", type=int, default=0)
    cancel.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure and report."""
    with ExitStack() as stack:
        url = args.url
        if args.preset:
            from fimls.cli.engine import start_engine

            url = stack.enter_context(start_engine(args.preset)).url
        times, asking = asyncio.run(_measure(url, args.rounds, args.seed))
    shown = statistics.quantiles(times, n=20, method="inclusive")
    Console(markup=False, highlight=False).print(
        f"{len(times)} generations; from the newer key until the engine is rid of the older one:"
        f" p50 {statistics.median(times):.0f} ms, p95 {shown[-1]:.0f} ms"
        f" (asking the engine takes {asking:.0f} ms of it)"
    )
    return 0


async def _measure(url: str | None, rounds: int, seed: int) -> tuple[list[float], float]:
    from fimls.backend.sglang import SGLangBackend
    from fimls.backend.stale_model_guard import identified
    from fimls.bench.cancel import measure, time_to_ask
    from fimls.completion import CompletionService

    settings, _ = resolve([Layer(name="benchmark", values={"completion": _LIMITS})])
    settings = attrs.evolve(settings, engine=configured_engine(url))
    backend = SGLangBackend.from_settings(settings.engine)
    service = CompletionService(backend=identified(backend), settings=settings)
    with Progress(
        *Progress.get_default_columns()[:2],
        MofNCompleteColumn(),
        console=Console(file=sys.stderr),
    ) as progress:
        task = progress.add_task("cancelling", total=rounds)
        try:
            times = await measure(
                service,
                backend.running_requests,
                rounds=rounds,
                seed=seed,
                report=lambda: progress.advance(task),
            )
            return times, await time_to_ask(backend.running_requests)
        finally:
            await service.aclose()
