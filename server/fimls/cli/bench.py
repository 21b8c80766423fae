"""``fimls bench``: what typing costs an engine."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

from fimls.cli import Subparsers, bench_cancel, bench_hub, bench_session
from fimls.cli.engine_settings import configured_engine
from fimls.cli.number_types import positive
from fimls.cli.report_file import write_report
from fimls.errors import FimlsError
from fimls.settings import Layer, PromptSettings, Settings, resolve

if TYPE_CHECKING:
    from fimls.bench.typing import Sample
    from fimls.bench.typing_trace import Trace


def register(subparsers: Subparsers) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser("bench", help="measure what typing costs an engine")
    kinds = parser.add_subparsers(required=True, metavar="benchmark", title="benchmarks")
    typing = kinds.add_parser(
        "typing",
        help="replay typing traces in several prompt layouts",
        description="Replay typing traces against an engine, in several prompt layouts in turn.",
    )
    typing.add_argument("traces", nargs="*", type=Path, help="trace files (JSON)")
    typing.add_argument(
        "--module",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a source file of which blocks are typed again (repeatable)",
    )
    typing.add_argument(
        "--history",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a file in git whose last versions are typed one out of the other (repeatable)",
    )
    typing.add_argument("--layouts", help="comma-separated; default: all that the engine has")
    typing.add_argument("--url", help="the engine's address (default: as configured)")
    typing.add_argument("--preset", help="start an engine from this preset instead")
    typing.add_argument("--prefix-tokens", type=positive, default=PromptSettings().prefix_tokens)
    typing.add_argument("--suffix-tokens", type=positive, default=PromptSettings().suffix_tokens)
    typing.add_argument(
        "--keys", type=positive, metavar="N", help="only the first N keys of a trace"
    )
    typing.add_argument("--seed", type=int, default=0, help="of the order and of made traces")
    typing.add_argument("--json", type=Path, metavar="FILE", help="write every figure")
    typing.add_argument("--plot", type=Path, metavar="FILE", help="draw (.svg or .png)")
    typing.add_argument("--save-traces", type=Path, metavar="FOLDER", help="keep the made traces")
    typing.set_defaults(run=run)
    bench_session.add(kinds)
    bench_cancel.add(kinds)
    bench_hub.add(kinds)


def run(args: argparse.Namespace) -> int:
    """Replay and report."""
    from fimls.bench.compared_layouts import LAYOUTS
    from fimls.bench.report import as_json, plot, summarize, table

    traces = _traces(args)
    layouts = tuple(args.layouts.split(",")) if args.layouts else ()
    if unknown := [name for name in layouts if name not in LAYOUTS]:
        raise FimlsError(f"There is no layout {unknown[0]!r}: choose from {', '.join(LAYOUTS)}.")
    budgets = {"prefix_tokens": args.prefix_tokens, "suffix_tokens": args.suffix_tokens}
    settings, problems = resolve([Layer(name="command line", values={"prompt": budgets})])
    if problems:
        raise FimlsError(problems[0])
    # Its address and key are the user's; what is measured is as it comes.
    settings = attrs.evolve(settings, engine=configured_engine(args.url))
    with ExitStack() as stack:
        if args.preset:
            from fimls.cli.engine import start_engine

            engine = stack.enter_context(start_engine(args.preset))
            own = attrs.evolve(settings.engine, url=engine.url)
            settings = attrs.evolve(settings, engine=own)
        model, samples = asyncio.run(_replay(settings, traces, layouts, args.keys, args.seed))
    console = Console(markup=False, highlight=False)
    console.print(f"{model}; {len(traces)} traces, seed {args.seed}")
    console.print(table(summarize(samples)))
    if args.json:
        about = {"model": model, "seed": args.seed, "traces": [trace.name for trace in traces]}
        write_report(args.json, as_json(samples, about))
    if args.plot:
        plot(samples, args.plot)
    return 0


def _traces(args: argparse.Namespace) -> list[Trace]:
    from fimls.bench.module_traces import from_history, from_module
    from fimls.bench.typing_trace import Trace

    made = [from_module(path, seed=args.seed) for path in args.module]
    made += [from_history(path, seed=args.seed) for path in args.history]
    if args.save_traces:
        args.save_traces.mkdir(parents=True, exist_ok=True)
        for trace in made:
            trace.save(args.save_traces / f"{Path(trace.name).stem}.json")
    traces = [Trace.load(path) for path in args.traces] + made
    if not traces:
        raise FimlsError("There is nothing to replay: name trace files, --module or --history.")
    return traces


async def _replay(
    settings: Settings, traces: list[Trace], layouts: tuple[str, ...], most: int | None, seed: int
) -> tuple[str, list[Sample]]:
    from fimls.backend.factory import engine_for
    from fimls.bench.compared_layouts import layouts_for
    from fimls.bench.typing import replay
    from fimls.completion.served_model import load_served_model
    from fimls.prompt import PromptTokenizer

    backend = engine_for(settings.engine)
    try:
        served = await load_served_model(backend, settings.model, PromptTokenizer.load)
        layouts = layouts or layouts_for(backend)
        keys = sum(1 for trace in traces for _ in islice(trace.queries(), most))
        columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(file=sys.stderr)) as progress:
            task = progress.add_task("typing", total=keys * len(layouts))
            samples = await replay(
                backend,
                served,
                settings,
                traces,
                layouts,
                most_keys=most,
                seed=seed,
                report=lambda: progress.advance(task),
            )
    finally:
        await backend.aclose()
    return served.describe(), samples
