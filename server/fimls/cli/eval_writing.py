"""``fimls eval writing``: how much of what somebody wrote need not have been typed."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from rich.table import Table

from fimls import __version__
from fimls.cli import Subparsers
from fimls.cli.eval_common import configured, positive, progress_bar, shown, wide_console
from fimls.cli.report_file import write_report
from fimls.settings.context import SOURCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fimls.evaluation.writing_figures import WritingFinding
    from fimls.settings import Settings


def add(kinds: Subparsers) -> None:
    """Add the command line of this evaluation."""
    parser = kinds.add_parser(
        "writing",
        help="a simulated author writes what commits wrote, and takes what is suggested rightly",
        description="Write stretches that commits of a repository wrote, about 120 keys each, with"
        " the other files as they were before the commit. What is suggested is taken where it is"
        " right, whole, by line or by word; what is wrong is counted as read in vain.",
    )
    option = parser.add_argument
    option("repositories", type=Path, nargs="+", help="clones or bare repositories, with history")
    option("--url", help="address of the engine (default: as configured)")
    option("--stretches", type=positive, default=15, metavar="N",
           help="of each repository (default: 15)")  # fmt: skip
    option("--ways", nargs="+", choices=("none", "all", *SOURCES, "plain"),
           default=["none", "all"], metavar="WAY",
           help="none, all (sources), one of them, plain (default: none all)")  # fmt: skip
    option("--seed", type=int, default=1, help="of the choice of stretches (default: 1)")
    option("--prefix-tokens", type=positive, metavar="N", help="default: as configured")
    option("--suffix-tokens", type=positive, metavar="N", help="default: as configured")
    option(
        "--out",
        type=Path,
        default=Path("fimls-writing.jsonl"),
        metavar="FILE",
        help="every result; an interrupted run goes on there (default: fimls-writing.jsonl)",
    )
    option("--json", type=Path, metavar="FILE", help="write the figures here as JSON too")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write what has not been written yet, and print the figures of all of it."""
    settings = configured(args.url)
    budget = {"prefix_tokens": args.prefix_tokens, "suffix_tokens": args.suffix_tokens}
    given = {name: value for name, value in budget.items() if value is not None}
    settings = attrs.evolve(
        settings,
        prompt=attrs.evolve(settings.prompt, **given),
        completion=attrs.evolve(settings.completion, temperature=0.0),
        # What is measured is what is found, not how fast this machine is.
        context=attrs.evolve(settings.context, search_ms=10_000),
    )
    header, findings = asyncio.run(_run(settings, args))
    wide_console().print(_table(findings))
    if args.json:
        write_report(args.json, {**header, "findings": [asdict(each) for each in findings]})
    return 0


async def _run(
    settings: Settings, args: argparse.Namespace
) -> tuple[dict[str, Any], list[WritingFinding]]:
    from fimls.backend.chosen_engines import backend_for
    from fimls.evaluation.result_file import Records
    from fimls.evaluation.writing_figures import summarise_writing
    from fimls.evaluation.writing_run import WritingResult, WritingRun

    backend = backend_for(settings)
    try:
        info = await backend.model_info()
        header = {
            "fimls": __version__,
            "model": info.model_path,
            "seed": args.seed,
            "completion": attrs.asdict(settings.completion),
            "context": attrs.asdict(settings.context),
            "prompt": attrs.asdict(settings.prompt),
        }
        records = Records(args.out, header, WritingResult)
        run = WritingRun(backend, settings, records, ways=args.ways, seed=args.seed)
        total = args.stretches * len(args.repositories)
        with progress_bar("stretches", total=total, done=0) as progress:
            for repository in args.repositories:
                with tempfile.TemporaryDirectory(prefix="fimls-history-") as folder:
                    await run.repository(
                        repository,
                        Path(folder),
                        stretches=args.stretches,
                        advance=lambda: progress.advance(progress.task_ids[0]),
                    )
    finally:
        await backend.aclose()
    return header, summarise_writing(records.values())


def _table(findings: Sequence[WritingFinding]) -> Table:
    table = Table(
        title="Characters spared and suggestions read in vain: 95 % intervals by stretch",
        title_justify="left",
    )
    table.add_column("stretches", no_wrap=True)
    table.add_column("way", no_wrap=True)
    headings = "n|spared %|gain, points|wrong / 100 keys|more|waited %|read a key|ahead a key"
    for heading in headings.split("|"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in findings:
        table.add_row(
            each.group,
            each.way,
            str(each.stretches),
            shown(each.spared),
            shown(each.gain, "+.1f") if each.gain else "-",
            shown(each.wrong),
            shown(each.more_wrong, "+.1f") if each.more_wrong else "-",
            f"{each.waited:.0f}",
            f"{each.read:.1f}",
            f"{each.ahead:.1f}",
        )
    return table
