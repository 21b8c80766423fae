"""``fimls eval``: measures completions against files of holes whose answers are known."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from fimls import __version__
from fimls.cli import Subparsers
from fimls.errors import FimlsError
from fimls.settings import Settings

if TYPE_CHECKING:
    from fimls.evaluation import Finding, HoleSet, Plan, Records
    from fimls.intervals import Interval

_FILE_WIDTH = 140
"""Columns of the table where standard output is no terminal."""


def register(subparsers: Subparsers) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser("eval", help="measure completions against known answers")
    kinds = parser.add_subparsers(required=True, metavar="what", title="what")
    infilling = kinds.add_parser(
        "infilling",
        help="HumanEval-Infilling files: fimls beside the model's plain prompt",
        description="Ask every hole of HumanEval-Infilling files twice, through all of fimls and"
        " in a plainer way, at four cursors: nothing typed, before, inside and after a word.",
        epilog="Programs that the model wrote are executed, kept from network, files and other"
        " processes as far as the system allows; --no-exec executes nothing.",
    )
    add = infilling.add_argument
    add("files", nargs="+", type=Path, metavar="file", help="JSON lines, plain or gzipped")
    engine = infilling.add_mutually_exclusive_group()
    engine.add_argument("--url", help="address of the engine (default: as configured)")
    engine.add_argument("--preset", metavar="NAME", help="start this engine preset for the run")
    add("--rows", type=_positive, metavar="N", help="a sample of so many rows of each file")
    add("--seed", type=int, default=1, help="of sample, cursors and order (default: 1)")
    add("--max-new-tokens", type=_positive, metavar="N", help="default: 64; 256 for several lines")
    add("--at-once", type=_positive, default=4, metavar="N", help="rows side by side (default: 4)")
    add(
        "--against",
        choices=("raw", "fixed"),
        default="raw",
        help="what it is compared with: the plain prefix-suffix-middle prompt (raw, the default),"
        " or fimls' own prompts with nothing ended or taken away (fixed)",
    )
    add("--no-exec", action="store_true", help="execute nothing: no pass@1")
    add(
        "--out",
        type=Path,
        default=Path("fimls-eval.jsonl"),
        metavar="FILE",
        help="every result; an interrupted run goes on there (default: fimls-eval.jsonl)",
    )
    add("--json", type=Path, metavar="FILE", help="write the figures here as JSON too")
    infilling.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask what has not been asked yet, and print the figures of all of it."""
    from fimls.evaluation import Plan, passes

    plan = Plan(
        sets=_read(args.files, args.rows, args.seed),
        seed=args.seed,
        max_new_tokens=args.max_new_tokens,
        passes=None if args.no_exec else passes,
        at_once=args.at_once,
        against=args.against,
    )
    with ExitStack() as stack:
        url = args.url
        if args.preset:
            from fimls.cli.engine import start_engine

            url = stack.enter_context(start_engine(args.preset)).url
        header, findings = asyncio.run(_run(plan, _settings(url), args.out))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, _FILE_WIDTH)
    console.print(_table(findings, plan.against))
    if args.json:
        _write(args.json, {**header, "findings": [asdict(finding) for finding in findings]})
    return 0


async def _run(plan: Plan, settings: Settings, out: Path) -> tuple[dict[str, Any], list[Finding]]:
    from fimls.backend.sglang import SGLangBackend
    from fimls.evaluation import Records, evaluate, summarise

    backend = SGLangBackend.from_settings(settings.engine)
    try:
        header = _header(plan, settings, (await backend.model_info()).model_path)
        records = Records(out, header)
        with _progress(plan, records) as progress:
            task = progress.task_ids[0]
            await evaluate(plan, backend, settings, records, advance=lambda: progress.advance(task))
    finally:
        await backend.aclose()
    return header, summarise(plan, records)


def _header(plan: Plan, settings: Settings, model: str) -> dict[str, Any]:
    """Return what results were made with; those made with anything else do not mix."""
    return {
        "fimls": __version__,
        "model": model,
        "seed": plan.seed,
        "max_new_tokens": plan.max_new_tokens,
        "against": plan.against,
        "executed": plan.passes is not None,
        "settings": {
            "model": attrs.asdict(settings.model),
            "prompt": attrs.asdict(settings.prompt),
        },
    }


def _settings(url: str | None) -> Settings:
    from fimls.lsp.configuration import Configuration, user_file

    configuration = Configuration(user_file())
    configuration.start({"engine": {"url": url}} if url else {}, None)
    for problem in configuration.take_problems():
        raise FimlsError(problem)
    return configuration.settings


def _read(files: Sequence[Path], rows: int | None, seed: int) -> list[HoleSet]:
    from fimls.evaluation import read_set

    sets = {file: read_set(file).sample(rows, seed) for file in files}
    names = [holes.name for holes in sets.values()]
    for name in names:
        if names.count(name) > 1:
            raise FimlsError(f"Two of the files are named {name}: rename one, or run them apart.")
    return list(sets.values())


def _progress(plan: Plan, records: Records) -> Progress:
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    keys = plan.expected()
    done = sum(key in records for key in keys)
    progress.add_task("completions", total=len(keys), completed=done)
    return progress


def _table(findings: Sequence[Finding], against: str) -> Table:
    table = Table(
        title="With 95 % intervals; the difference in points; generated tokens a completion",
        title_justify="left",
    )
    for heading in ("set", "cursor", "measure"):
        table.add_column(heading, overflow="fold")
    for heading in ("rows", "pipeline %", f"{against} %", "difference", "tokens"):
        table.add_column(heading, justify="right", no_wrap=True)
    above = ("", "")
    for finding in findings:
        same_set, same_cursor = finding.set == above[0], (finding.set, finding.cursor) == above
        if above[0] and not same_set:
            table.add_section()
        table.add_row(
            "" if same_set else finding.set,
            "" if same_cursor else finding.cursor,
            finding.measure,
            str(finding.pipeline.rows),
            _shown(finding.pipeline),
            _shown(finding.other),
            _shown(finding.difference, "+.1f"),
            f"{finding.pipeline_tokens:.1f} / {finding.other_tokens:.1f}",
        )
        above = (finding.set, finding.cursor)
    return table


def _shown(interval: Interval, form: str = ".1f") -> str:
    value, low, high = (format(x, form) for x in (interval.value, interval.low, interval.high))
    return f"{value} ({low}…{high})"


def _write(file: Path, report: dict[str, Any]) -> None:
    try:
        file.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise FimlsError(
            f"{file} cannot be written ({error.strerror}): give another --json."
        ) from error


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a number from 1 on, not {text!r}")
    return int(text)
