"""``fimls bench session``: how much of what is shown needs no engine, and how fast that is."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from fimls.cli import Subparsers
from fimls.cli.figures_table import figures_table
from fimls.cli.number_types import positive
from fimls.cli.report_file import write_report
from fimls.settings import EngineSettings

if TYPE_CHECKING:
    from fimls.bench.session import Answer
    from fimls.bench.typing_trace import Trace


def add(kinds: Subparsers) -> None:
    """Add the command line of this benchmark."""
    session = kinds.add_parser(
        "session",
        help="write modules, typing through what is suggested",
        description="Write the second halves of modules through the whole language server, typing"
        " through what it suggests.",
    )
    session.add_argument("traces", nargs="+", type=Path, help="trace files (JSON), for their texts")
    session.add_argument("--url", default=EngineSettings().url, help="the engine's address")
    session.add_argument("--preset", help="start an engine from this preset instead")
    session.add_argument("--keys", type=positive, default=1_000, metavar="N", help="default: 1000")
    session.add_argument("--seed", type=int, default=0)
    session.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    session.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write and report."""
    from fimls.bench.session import summarize
    from fimls.bench.typing_trace import Trace

    traces = [Trace.load(path) for path in args.traces]
    with ExitStack() as stack:
        url = args.url
        if args.preset:
            from fimls.cli.engine import start_engine

            url = stack.enter_context(start_engine(args.preset)).url
        answers = asyncio.run(_replay(url, traces, args.keys, args.seed))
    figures = summarize(answers)
    Console(markup=False, highlight=False).print(_table(figures))
    if args.json:
        write_report(args.json, figures)
    return 0


async def _replay(url: str, traces: list[Trace], keys: int, seed: int) -> list[Answer]:
    from fimls.bench.session import replay
    from fimls.lsp.editor_client import EditorClient

    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        task = progress.add_task("typing", total=keys)
        async with EditorClient.start({"engine": {"url": url}}) as editor:
            return await replay(
                editor, traces, keys=keys, seed=seed, report=lambda: progress.advance(task)
            )


def _table(figures: dict[str, Any]) -> Table:
    table = figures_table(
        f"{figures['keys']} keys, {figures['shown']} with a suggestion,"
        f" {figures['without_engine']:.1%} of these without asking the engine;"
        f" stale: {figures['stale']}",
        ["answered from"],
        ["answers", "ms in the server, p50", "p95"],
    )
    for source, ms in figures["ms"].items():
        table.add_row(source, str(ms["answers"]), *(_ms(ms[name]) for name in ("p50", "p95")))
    return table


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
