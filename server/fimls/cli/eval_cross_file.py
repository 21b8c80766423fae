"""``fimls eval cross-file``: what other files in the prompt are worth where a line needs them."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from rich.table import Table

from fimls import __version__
from fimls.cli import Subparsers
from fimls.cli.eval_common import configured, positive, progress_bar, shown, wide_console
from fimls.cli.report_file import write_report
from fimls.errors import FimlsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fimls.evaluation.cross_file import Site
    from fimls.evaluation.cross_file_run import SiteFinding
    from fimls.settings import Settings

_SILENCE_MS = 600_000
"""Without a GPU an engine is long silent while it reads a prompt."""


def add(kinds: Subparsers) -> None:
    """Add the command line of this evaluation."""
    parser = kinds.add_parser(
        "cross-file",
        help="lines that use another file, with and without what that has in the prompt",
        description="Ask at places of a repository where a line goes on with what another file"
        " defines, and at random ones, with and without what other files have in the prompt.",
    )
    option = parser.add_argument
    option("folder", type=Path, help="the repository, as it is on disk")
    option("--url", help="address of the engine (default: as configured)")
    option("--sites", type=positive, default=200, metavar="N", help="of a kind (default: 200)")
    option("--seed", type=int, default=1, help="of the choice of sites (default: 1)")
    option("--search-only", action="store_true", help="see what is found, and ask no questions")
    option("--prefix-tokens", type=positive, metavar="N", help="default: as configured")
    option("--suffix-tokens", type=positive, metavar="N", help="default: as configured")
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
    from fimls.context.index import Store, build, file_for
    from fimls.evaluation.cross_file import sites
    from fimls.settings import Settings

    root: Path = args.folder.resolve()
    if not root.is_dir():
        raise FimlsError(f"There is no folder {args.folder}: name a repository.")
    settings = configured(args.url)
    budget = {"prefix_tokens": args.prefix_tokens, "suffix_tokens": args.suffix_tokens}
    given = {name: value for name, value in budget.items() if value is not None}
    settings = attrs.evolve(
        settings,
        prompt=attrs.evolve(settings.prompt, **given),
        engine=attrs.evolve(settings.engine, read_timeout_ms=_SILENCE_MS),
        # What is measured is what is found, not how fast this machine is.
        context=attrs.evolve(Settings().context, search_ms=10_000),
    )
    store, limits = Store(file_for(root)), settings.context
    build(
        store,
        root,
        excluded=lambda path, language: False,
        rules="evaluation",
        most_files=limits.max_files,
        most_bytes=limits.max_file_kib * 1_024,
    )
    store.close()
    found = sites(root, each=args.sites, seed=args.seed)
    header, findings = asyncio.run(_run(found, root, settings, args))
    wide_console().print(_table(findings))
    if args.json:
        write_report(args.json, {**header, "findings": [asdict(each) for each in findings]})
    return 0


async def _run(
    found: Sequence[Site], root: Path, settings: Settings, args: argparse.Namespace
) -> tuple[dict[str, Any], list[SiteFinding]]:
    from fimls.backend.sglang import SGLangBackend
    from fimls.completion.served_model import load_served_model
    from fimls.evaluation.cross_file_run import SiteResult, ask_sites, summarise_sites
    from fimls.evaluation.result_file import Records
    from fimls.prompt import PromptTokenizer

    backend = SGLangBackend.from_settings(settings.engine)
    try:
        served = await load_served_model(backend, settings.model, PromptTokenizer.load)
        header = {
            "fimls": __version__,
            "model": served.info.model_path,
            "asked": not args.search_only,
            "context": attrs.asdict(settings.context),
            "prompt": attrs.asdict(settings.prompt),
        }
        records = Records(args.out, header, SiteResult)
        done = sum(site.name in records for site in found)
        with progress_bar("sites", total=len(found), done=done) as progress:
            task = progress.task_ids[0]
            await ask_sites(
                found,
                root,
                None if args.search_only else backend,
                served,
                settings,
                records,
                advance=lambda: progress.advance(task),
            )
    finally:
        await backend.aclose()
    return header, summarise_sites(records, found)


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
