"""``fimls eval writing``: how much of what somebody wrote need not have been typed."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING, Any

import attrs
from rich.table import Table

from fimls import __version__
from fimls.cli import Subparsers
from fimls.cli.eval_common import shown, wide_console, write_findings
from fimls.cli.eval_history import add_repositories, history_settings, over_repositories
from fimls.cli.figures_table import figures_table
from fimls.cli.number_types import positive
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
        description="Write stretches that commits of a repository wrote, about 120 keystrokes each,"
        " with the other files as they were before the commit. Right suggestions are taken,"
        " whole, by line or by word; wrong ones count as read in vain.",
    )
    option = parser.add_argument
    option("--stretches", type=positive, default=15, metavar="N",
           help="of each repository (default: 15)")  # fmt: skip
    option("--ways", nargs="+", choices=("none", "all", *SOURCES, "plain"),
           default=["none", "all"], metavar="WAY",
           help="none, all (sources), one of them, plain (default: none all)")  # fmt: skip
    add_repositories(parser, "fimls-writing.jsonl")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write what has not been written yet, and print the figures of all of it."""
    settings = history_settings(args)
    completion = attrs.evolve(settings.completion, temperature=0.0)
    settings = attrs.evolve(settings, completion=completion)
    header, findings = asyncio.run(_run(settings, args))
    wide_console().print(_table(findings))
    write_findings(args, header, findings)
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
        await over_repositories(args.repositories, run.repository, "stretches", most=args.stretches)
    finally:
        await backend.aclose()
    return header, summarise_writing(records.values())


def _table(findings: Sequence[WritingFinding]) -> Table:
    headings = "n|spared %|gain, points|wrong / 100 keys|more|waited %|read a key|ahead a key"
    table = figures_table(
        "Characters spared and suggestions read in vain: 95 % intervals by stretch",
        ["stretches", "way"],
        headings.split("|"),
    )
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
