"""``fimls eval cross-file``: what other files in the prompt are worth where a line needs them."""

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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fimls.evaluation.cross_file_figures import SiteFinding
    from fimls.settings import Settings


def add(kinds: Subparsers) -> None:
    """Add the command line of this evaluation."""
    parser = kinds.add_parser(
        "cross-file",
        help="lines that use another file, with and without what that has in the prompt",
        description="Ask where commits of a repository wrote lines that go on with what another"
        " file defines, and at random places, with and without what other files, as they were"
        " before the commit, have in the prompt. Git must be there; nothing of it is run.",
    )
    option = parser.add_argument
    option("repositories", type=Path, nargs="+", help="clones or bare repositories, with history")
    option("--url", help="address of the engine (default: as configured)")
    option("--commits", type=positive, default=50, metavar="N",
           help="chosen at random in each repository (default: 50)")  # fmt: skip
    option("--sites", type=positive, default=2, metavar="N",
           help="of a kind in a commit, at most (default: 2)")  # fmt: skip
    option("--seed", type=int, default=1, help="of the choice of both (default: 1)")
    option("--search-only", action="store_true", help="see what is found, and ask no questions")
    option("--prefix-tokens", type=positive, metavar="N", help="default: as configured")
    option("--suffix-tokens", type=positive, metavar="N", help="default: as configured")
    option("--block-tokens", type=positive, metavar="N", help="default: as configured")
    option(
        "--out",
        type=Path,
        default=Path("fimls-cross-file.jsonl"),
        metavar="FILE",
        help="every result; an interrupted run goes on there (default: fimls-cross-file.jsonl)",
    )
    option("--json", type=Path, metavar="FILE", help="write the figures here as JSON too")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask what has not been asked yet, and print the figures of all of it."""
    settings = configured(args.url)
    budget = {"prefix_tokens": args.prefix_tokens, "suffix_tokens": args.suffix_tokens}
    given = {name: value for name, value in budget.items() if value is not None}
    settings = attrs.evolve(
        settings,
        prompt=attrs.evolve(settings.prompt, **given),
        # What is measured is what is found, not how fast this machine is.
        context=attrs.evolve(
            settings.context,
            search_ms=10_000,
            tokens=args.block_tokens or settings.context.tokens,
        ),
    )
    header, findings = asyncio.run(_run(settings, args))
    wide_console().print(_table(findings))
    if args.json:
        write_report(args.json, {**header, "findings": [asdict(each) for each in findings]})
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
        total = args.commits * len(args.repositories)
        with progress_bar("commits", total=total, done=0) as progress:
            for repository in args.repositories:
                with tempfile.TemporaryDirectory(prefix="fimls-history-") as folder:
                    await run.repository(
                        repository,
                        Path(folder),
                        commits=args.commits,
                        advance=lambda: progress.advance(progress.task_ids[0]),
                    )
    finally:
        await backend.aclose()
    return header, summarise_sites(records.values())


def _table(findings: Sequence[SiteFinding]) -> Table:
    table = Table(
        title="Sites, blocks and gains over no context: points, 95 % intervals by file",
        title_justify="left",
    )
    table.add_column("kind", no_wrap=True)
    headings = "sites|block %|name in it %|tokens|search ms|right line|won / lost|right first name"
    for heading in headings.split("|"):
        table.add_column(heading, justify="right", no_wrap=True)
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
