"""``fimls eval infilling``: measures completions against files of holes with known answers."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from rich.table import Table

from fimls import __version__
from fimls.cli import Subparsers, eval_cross_file, eval_edits, eval_writing
from fimls.cli.eval_common import (
    EXECUTED,
    add_engine,
    add_execution,
    add_results,
    chosen_engine,
    configured,
    executes,
    progress_bar,
    shown,
    wide_console,
    write_findings,
)
from fimls.cli.number_types import positive
from fimls.errors import FimlsError
from fimls.settings import Settings

if TYPE_CHECKING:
    from fimls.evaluation import CheckResult, HoleSet, Plan


def register(subparsers: Subparsers) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser("eval", help="measure quality against known answers")
    kinds = parser.add_subparsers(required=True, metavar="what", title="what")
    infilling = kinds.add_parser(
        "infilling",
        help="HumanEval-Infilling files: fimls beside the model's plain prompt",
        description="Ask every hole of HumanEval-Infilling files twice, through all of fimls and"
        " in a plainer way, at four cursors: nothing typed, before, inside and after a word.",
        epilog=EXECUTED,
    )
    add = infilling.add_argument
    add("files", nargs="+", type=Path, metavar="file", help="JSON lines, plain or gzipped")
    add_engine(infilling)
    add("--rows", type=positive, metavar="N", help="a sample of so many rows of each file")
    add(
        "--lines",
        type=positive,
        metavar="N",
        help="of files of single lines: the holes of N lines and more that neighbours make",
    )
    add("--seed", type=int, default=1, help="of sample, cursors and order (default: 1)")
    add("--max-new-tokens", type=positive, metavar="N", help="default: 64; 256 for several lines")
    add("--at-once", type=positive, default=4, metavar="N", help="rows side by side (default: 4)")
    add(
        "--against",
        choices=("raw", "fixed"),
        default="raw",
        help="what it is compared with: the plain prefix-suffix-middle prompt (raw, the default),"
        " or fimls' own prompts with nothing ended or taken away (fixed)",
    )
    add_execution(infilling, "execute nothing: no pass@1")
    add_results(infilling, "fimls-eval.jsonl")
    add(
        "--recorded",
        type=Path,
        metavar="FILE",
        help="keep here all that the engine writes, and ask it only what is not here: other rules"
        " can be tried on the same answers, without an engine too",
    )
    infilling.set_defaults(run=run)
    eval_edits.add(kinds)
    eval_cross_file.add(kinds)
    eval_writing.add(kinds)


def run(args: argparse.Namespace) -> int:
    """Ask what has not been asked yet, and print the figures of all of it."""
    from fimls.evaluation import Plan

    plan = Plan(
        sets=_read(args.files, args.lines, args.rows, args.seed),
        seed=args.seed,
        max_new_tokens=args.max_new_tokens,
        passes=executes(args),
        at_once=args.at_once,
        against=args.against,
    )
    with chosen_engine(args) as url:
        header, findings = asyncio.run(_run(plan, configured(url), args.out, args.recorded))
    wide_console().print(_table(findings, plan.against))
    write_findings(args, header, findings)
    return 0


async def _run(
    plan: Plan, settings: Settings, out: Path, recorded: Path | None
) -> tuple[dict[str, Any], list[CheckResult]]:
    from fimls.backend.factory import engine_for
    from fimls.backend.stale_model_guard import identified
    from fimls.evaluation import RecordedBackend, Records, Result, evaluate, summarise

    engine = identified(engine_for(settings.engine))
    backend = engine if recorded is None else RecordedBackend(recorded, engine)
    try:
        header = _header(plan, settings, (await backend.model_info()).model_path)
        records = Records(out, header, Result)
        keys = plan.expected()
        done = sum(key in records for key in keys)
        with progress_bar("completions", total=len(keys), done=done) as progress:
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


def _read(files: Sequence[Path], lines: int | None, rows: int | None, seed: int) -> list[HoleSet]:
    from fimls.evaluation import read_set, spans_of

    sets = {file: read_set(file) for file in files}
    if lines is not None:
        sets = {file: spans_of(holes, lines) for file, holes in sets.items()}
    sets = {file: holes.sample(rows, seed) for file, holes in sets.items()}
    names = [holes.name for holes in sets.values()]
    for name in names:
        if names.count(name) > 1:
            raise FimlsError(f"Two of the files are named {name}: rename one, or run them apart.")
    return list(sets.values())


def _table(findings: Sequence[CheckResult], against: str) -> Table:
    table = Table(
        title="With 95 % intervals; the difference in points; generated tokens a suggestion",
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
            shown(finding.pipeline),
            shown(finding.other),
            shown(finding.difference, "+.1f"),
            f"{finding.pipeline_tokens:.1f} / {finding.other_tokens:.1f}",
        )
        above = (finding.set, finding.cursor)
    return table
