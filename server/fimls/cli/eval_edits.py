"""``fimls eval edits``: measures code actions on cases whose right answers are known."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from rich.table import Table

from fimls import __version__
from fimls.cli import Subparsers
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
from fimls.cli.figures_table import figures_table
from fimls.cli.number_types import positive
from fimls.errors import FimlsError
from fimls.settings import Settings

if TYPE_CHECKING:
    from fimls.evaluation import EditFinding, EditPlan
    from fimls.refactor import Action

DEADLINE_MS = 1_800_000
"""For one case: without a GPU that takes minutes."""


def add(kinds: Subparsers) -> None:
    """Add the command line of this evaluation."""
    edits = kinds.add_parser(
        "edits",
        help="code actions: what is offered, what the checks refuse, what is right",
        description="Carry out every case of code actions with an engine: list, ask, check, repair,"
        " and judge what would be offered.",
        epilog=EXECUTED,
    )
    option = edits.add_argument
    option("cases", nargs="+", type=Path, help="files of cases, or their folder")
    add_engine(edits)
    option("--action", action="append", metavar="NAME", help="only this action; may be repeated")
    option("--at-once", type=positive, default=4, metavar="N", help="side by side (default: 4)")
    option("--no-repair", action="store_true", help="never ask a second time")
    add_execution(edits, "execute nothing: rules alone decide")
    add_results(edits, "fimls-edits.jsonl")
    edits.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out what has not been carried out yet, and print the figures of all of it."""
    plan = _plan(args)
    with chosen_engine(args) as url:
        settings = configured(url)
        # How right edits are must not depend on how fast the engine is.
        refactor = attrs.evolve(settings.refactor, deadline_ms=DEADLINE_MS)
        if args.no_repair:
            refactor = attrs.evolve(refactor, repair=False)
        settings = attrs.evolve(settings, refactor=refactor)
        header, findings = asyncio.run(_run(plan, settings, args.out))
    wide_console().print(_table(findings))
    write_findings(args, header, findings)
    return 0


def _plan(args: argparse.Namespace) -> EditPlan:
    from fimls.evaluation import EditPlan, read_edit_cases
    from fimls.refactor.actions import ACTIONS
    from fimls.refactor.instruction_action import InstructionAction

    actions: dict[str, Action] = {
        action.name: action for action in (*ACTIONS, InstructionAction(""))
    }
    for name in args.action or ():
        if name not in actions:
            raise FimlsError(f"There is no action {name!r}: choose one of {', '.join(actions)}.")
    cases = read_edit_cases(args.cases)
    for case in cases:
        if case.action not in actions:
            raise FimlsError(
                f"The case {case.name!r} is for {case.action!r}, which is not an action:"
                " correct the case."
            )
    wanted = args.action or actions
    return EditPlan(
        cases=[case for case in cases if case.action in wanted],
        actions=actions,
        passes=executes(args),
        at_once=args.at_once,
    )


async def _run(
    plan: EditPlan, settings: Settings, out: Path
) -> tuple[dict[str, Any], list[EditFinding]]:
    from fimls.backend.factory import engine_for
    from fimls.completion.served_model import load_served_model
    from fimls.evaluation import EditResult, Records, evaluate_edits, summarise_edits
    from fimls.prompt import PromptTokenizer

    backend = engine_for(settings.engine)
    try:
        served = await load_served_model(backend, settings.model, PromptTokenizer.load)
        header = {
            "fimls": __version__,
            "model": served.info.model_path,
            "executed": plan.passes is not None,
            "settings": {
                "model": attrs.asdict(settings.model),
                "refactor": attrs.asdict(settings.refactor),
            },
        }
        records = Records(out, header, EditResult)
        done = sum(case.name in records for case in plan.cases)
        with progress_bar("edits", total=len(plan.cases), done=done) as progress:
            task = progress.task_ids[0]
            await evaluate_edits(
                plan,
                backend,
                await served.conversing(),
                settings.refactor,
                records,
                context_length=served.info.context_length,
                advance=lambda: progress.advance(task),
            )
    finally:
        await backend.aclose()
    return header, summarise_edits(plan, records)


def _table(findings: Sequence[EditFinding]) -> Table:
    table = figures_table(
        "In percent, with 95 % intervals; generated tokens a case",
        ["action"],
        ["cases", "offered", "right", "right of offered", "tokens"],
    )
    table.add_column("refused by", overflow="fold")
    for finding in findings:
        if finding.name == "all":
            table.add_section()
        table.add_row(
            finding.name,
            str(finding.cases),
            shown(finding.offered, ".0f"),
            shown(finding.right, ".0f"),
            shown(finding.right_of_offered, ".0f") if finding.right_of_offered else "-",
            f"{finding.tokens:.0f}",
            ", ".join(f"{check} {count}" for check, count in finding.refused_by.items()),
        )
    return table
