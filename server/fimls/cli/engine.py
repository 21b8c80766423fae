"""``fimls engine``: serves a model from a preset, until it is interrupted."""

from __future__ import annotations

import argparse
import contextlib
import signal
from collections.abc import Generator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fimls.cli import Subparsers, engine_plan
from fimls.cli.number_types import whole
from fimls.engine.preset import Preset, list_presets, load_preset

if TYPE_CHECKING:
    from fimls.engine.supervisor import Engine

_DEFAULT = {"sglang": "embedded", "llama-cpp": "qwen2.5-coder-0.5b"}
"""Program -> the preset where none is named: the smallest that it serves."""


def register(subparsers: Subparsers) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser(
        "engine",
        help="start SGLang or llama-server from a preset, watch and stop it",
        usage="fimls engine [options] [-- arguments of it]\n       fimls engine plan --users N"
        " [--preset PRESET] [options]",
        description="Serve a model until interrupted (Ctrl-C), or plan what to serve.",
        epilog="Arguments after -- go to the engine as they are, and win over the preset's.",
    )
    parser.add_argument("--preset", help="name, or a .toml file of your own (default: embedded)")
    parser.add_argument(
        "--with",
        dest="program",
        choices=("sglang", "llama-cpp"),
        default="sglang",
        help="what serves it: SGLang, or a llama-server that is on the PATH",
    )
    parser.add_argument("--model", help="folder or Hugging Face name of other weights")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--port", type=whole(0, 65_535), default=30_000, help="port; 0 takes a free one"
    )
    parser.add_argument("--log-file", type=Path, metavar="FILE", help="where its output goes")
    parser.add_argument("--print", action="store_true", help="only print its exact command")
    parser.add_argument("--list", action="store_true", help="only list the presets")
    parser.add_argument("extra", nargs="*", help=argparse.SUPPRESS)
    engine_plan.add(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve, or print what would be served."""
    if args.extra == ["plan"]:
        return engine_plan.run(args)
    if args.list:
        Console(markup=False).print(_table(list_presets()))
        return 0
    if args.program == "llama-cpp":
        from fimls.engine.llama_server import LLAMA_CPP as program
    else:
        from fimls.engine.served_program import SGLANG as program
    preset = load_preset(args.preset or _DEFAULT[args.program])
    if args.print:
        where = {"host": args.host, "port": args.port}
        print(program.command(preset, **where, model=args.model, extra=args.extra))
        return 0
    from fimls.engine.supervisor import Engine

    signal.signal(signal.SIGTERM, _interrupt)
    console = Console(stderr=True, markup=False, highlight=False)
    with (
        _progress(console, preset, program.name) as report,
        Engine.start(
            preset,
            program=program,
            host=args.host,
            port=args.port,
            model=args.model,
            extra=args.extra,
            log=args.log_file,
            report=report,
        ) as engine,
    ):
        report.done()
        ready = f"{preset.title}\nready at {engine.url}, log in {engine.log}, Ctrl-C ends it"
        console.print(ready, soft_wrap=True)
        if args.program != "sglang":
            console.print(f"Run `fimls setup --url {engine.url}` so that your editors use it.")
        engine.wait()
    return 0


@contextlib.contextmanager
def start_engine(name: str) -> Generator[Engine, None, None]:
    """Start a preset on a free port with progress on standard error, for other commands."""
    from fimls.engine.supervisor import Engine

    preset = load_preset(name)
    console = Console(stderr=True, markup=False, highlight=False)
    with (
        _progress(console, preset) as report,
        Engine.start(preset, report=report) as engine,
    ):
        report.done()
        yield engine


class _Progress:
    """Says what the engine is doing and since when: in one line, or a line each in a file."""

    def __init__(self, console: Console, preset: Preset, name: str) -> None:
        self._name = name
        self._console = console
        self._doing = ""
        self._starting = f"Starting {name}: {preset.title}"
        self._status = console.status(escape(self._starting))
        if console.is_terminal:
            self._status.start()

    def __call__(self, doing: str, seconds: float) -> None:
        says = f"{self._name} is {doing} ({seconds:.0f} s)"
        self._status.update(says)
        if not self._console.is_terminal and doing != self._doing:
            if not self._doing:  # only now it is not refused
                self._console.print(f"{self._starting}. This takes about a minute.", soft_wrap=True)
            self._console.print(says, soft_wrap=True)
        self._doing = doing

    def done(self) -> None:
        self._status.stop()


@contextlib.contextmanager
def _progress(
    console: Console, preset: Preset, name: str = "SGLang"
) -> Generator[_Progress, None, None]:
    progress = _Progress(console, preset, name)
    try:
        yield progress
    finally:
        progress.done()


def _table(presets: list[Preset]) -> Table:
    table = Table(title="Presets of `fimls engine --preset`", title_justify="left")
    table.add_column("preset", no_wrap=True)
    table.add_column("what it serves, what it needs, where the memory goes")
    for preset in presets:
        table.add_row(preset.name, f"{preset.title}\n{preset.hardware}\n{preset.memory}\n")
    return table


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End by SIGTERM as by Ctrl-C, so that the engine is stopped too."""
    raise KeyboardInterrupt
