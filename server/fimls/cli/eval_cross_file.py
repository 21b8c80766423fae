"""``fimls eval cross-file``: what other files in the prompt are worth where a line needs them."""

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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fimls.evaluation.cross_file_figures import SiteFinding
    from fimls.settings import Settings


def add(kinds: Subparsers) -> None:
    """Add the command line of this evaluation."""
    parser = kinds.add_parser(
        "cross-file",
        help="lines that use another file, with and without what that has in the prompt",
        description="Ask where commits of a repository wrote lines that use what another file"
        " defines, and at random places. Each is asked with and without lines of other files, as"
        " they were before the commit. Git must be there; nothing of it is run.",
    )
    option = parser.add_argument
    option("--commits", type=positive, default=50, metavar="N",
           help="chosen at random in each repository (default: 50)")  # fmt: skip
    option("--sites", type=positive, default=2, metavar="N",
           help="of a kind in a commit, at most (default: 2)")  # fmt: skip
    option("--search-only", action="store_true", help="see what is found, and ask no questions")
    option("--block-tokens", type=positive, metavar="N", help="default: as configured")
    add_repositories(parser, "fimls-cross-file.jsonl")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask what has not been asked yet, and print the figures of all of it."""
    settings = history_settings(args)
    if args.block_tokens:
        context = attrs.evolve(settings.context, tokens=args.block_tokens)
        settings = attrs.evolve(settings, context=context)
    header, findings = asyncio.run(_run(settings, args))
    wide_console().print(_table(findings))
    write_findings(args, header, findings)
    return 0


async def _run(
    settings: Settings, args: argparse.Namespace
) -> tuple[dict[str, Any], list[SiteFinding]]:
    from fimls.backend.chosen_engines import backend_for
    from fimls.completion.served_model import load_served_model
    from fimls.evaluation.cross_file_figures import summarise_sites
    from fimls.evaluation.cross_file_run import CommitResult, CrossFileRun
    from fimls.evaluation.result_file import Records
    from fimls.prompt import PromptTokenizer

    backend = backend_for(settings)
    try:
        served = await load_served_model(backend, settings.model, PromptTokenizer.load)
        header = {
            "fimls": __version__,
            "model": served.info.model_path,
            "asked": not args.search_only,
            "sites": args.sites,
            "seed": args.seed,
            "context": attrs.asdict(settings.context),
            "prompt": attrs.asdict(settings.prompt),
        }
        records = Records(args.out, header, CommitResult)
        run = CrossFileRun(
            None if args.search_only else backend,
            served,
            settings,
            records,
            each=args.sites,
            seed=args.seed,
        )
        await over_repositories(args.repositories, run.repository, "commits", most=args.commits)
    finally:
        await backend.aclose()
    return header, summarise_sites(records.values())


def _table(findings: Sequence[SiteFinding]) -> Table:
    headings = "sites|block %|name in it %|tokens|search ms|right line|won / lost|right first name"
    table = figures_table(
        "Sites, blocks and gains over no context: points, 95 % intervals by file",
        ["kind"],
        headings.split("|"),
    )
    for each in findings:
        table.add_row(
            each.kind,
            str(each.sites),
            f"{each.present:.0f}",
            f"{each.named:.0f}",
            f"{each.tokens:.0f}",
            f"{each.search_ms:.0f}",
            shown(each.exact, "+.1f") if each.exact else "-",
            f"{each.won} / {each.lost}",
            shown(each.first, "+.1f") if each.first else "-",
        )
    return table
