"""What the kinds of ``fimls eval`` have in common."""

from __future__ import annotations

import argparse
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fimls.cli.report_file import write_report
from fimls.confidence_intervals import Interval
from fimls.errors import FimlsError
from fimls.settings import Settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from fimls.jail import Passes

EXECUTED = (
    "Python that the model wrote is executed in bubblewrap, nsjail or systemd-run, without network,"
    " files and other processes; where there is none, nothing is executed and the run ends."
)

SILENCE_MS = 600_000
"""How long an engine may be silent while something is measured: without a GPU it reads a long
prompt for minutes, and nobody waits for its words."""

_FILE_WIDTH = 140
"""Columns of a table where standard output is no terminal."""


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add what says which engine is asked."""
    engine = parser.add_mutually_exclusive_group()
    engine.add_argument("--url", help="address of the engine (default: as configured)")
    engine.add_argument("--preset", metavar="NAME", help="start this engine preset for the run")


@contextmanager
def chosen_engine(args: argparse.Namespace) -> Generator[str | None]:
    """Yield the address of the engine that is asked, None for the configured one."""
    if not args.preset:
        yield args.url
        return
    from fimls.cli.engine import start_engine

    with start_engine(args.preset) as engine:
        yield engine.url


def add_results(parser: argparse.ArgumentParser, file: str) -> None:
    """Add where results and figures are written; `file` is the default name."""
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(file),
        metavar="FILE",
        help=f"every result; an interrupted run goes on there (default: {file})",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here as JSON")


def write_findings(
    args: argparse.Namespace, header: dict[str, Any], findings: Sequence[DataclassInstance]
) -> None:
    """Write the figures, if the command line says where."""
    if args.json:
        write_report(args.json, {**header, "findings": [asdict(each) for each in findings]})


def add_execution(parser: argparse.ArgumentParser, without: str) -> None:
    """Add what says whether programs are executed; `without` is the help of ``--no-exec``."""
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--no-exec", action="store_true", help=without)
    ways.add_argument(
        "--unsafe-no-jail",
        action="store_true",
        help="execute what the model wrote without a jail: it can do whatever you can",
    )


def executes(args: argparse.Namespace) -> Passes | None:
    """Return what tells whether a program works, as the command line says; None executes nothing.

    Raises:
        FimlsError: there is no jail to execute it in.
    """
    from fimls.jail import passes

    if args.no_exec:
        return None
    judge = partial(passes, jailed=not args.unsafe_no_jail)
    try:
        judge("", "")  # it says what is missing before a model is asked
    except FimlsError as error:
        raise FimlsError(
            f"{error} Or give --no-exec, or --unsafe-no-jail, which lets those programs do whatever"
            " you can."
        ) from error
    return judge


def configured(url: str | None) -> Settings:
    """Return the user's settings, with another engine's address if one is given.

    A slow engine is waited for longer than a user would wait (`SILENCE_MS`).

    Raises:
        FimlsError: something in the user's file is wrong; it is not left out silently here.
    """
    from fimls.lsp.configuration import Configuration, user_file

    configuration = Configuration(user_file())
    configuration.start({"engine": {"url": url}} if url else {}, None)
    for problem in configuration.take_problems():
        raise FimlsError(problem)
    settings = configuration.settings
    engine = attrs.evolve(settings.engine, read_timeout_ms=SILENCE_MS)
    return attrs.evolve(settings, engine=engine)


def progress_bar(what: str, *, total: int, done: int) -> Progress:
    """Return a bar on standard error with one task, some of which is done already."""
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    progress.add_task(what, total=total, completed=done)
    return progress


def wide_console() -> Console:
    """Return standard output, wide enough for a table also where it is a file."""
    console = Console(markup=False, highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, _FILE_WIDTH)
    return console


def shown(interval: Interval, form: str = ".1f") -> str:
    """Return an estimate with the ends of its interval."""
    value, low, high = (format(x, form) for x in (interval.value, interval.low, interval.high))
    return f"{value} ({low}…{high})"
