"""``fimls bench hub``: many editors at one hub, over real sockets."""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from fimls.cli import Subparsers
from fimls.cli.figures_table import figures_table
from fimls.cli.number_types import positive, real, whole
from fimls.cli.report_file import write_report
from fimls.errors import FimlsError

if TYPE_CHECKING:
    from fimls.bench.hub import Run
    from fimls.bench.simulated_editors import Editor

_PATIENCE_S = 60.0
"""How long the hub and the fake engine may take to start."""

_NAMESPACE = "bench"


def add(kinds: Subparsers) -> None:
    """Add the command line of this benchmark."""
    hub = kinds.add_parser(
        "hub",
        help="many editors at one hub: latency, fairness, memory",
        description="Type traces in many editors at one hub. The engine, without --url or"
        " --preset, is one that computes nothing and is as fast as eight GPUs are assumed to be.",
    )
    hub.add_argument("traces", nargs="+", type=Path, help="trace files (JSON)")
    hub.add_argument("--editors", type=positive, default=100, metavar="N", help="default: 100")
    hub.add_argument("--seconds", type=real(1), default=60.0, metavar="S", help="default: 60")
    hub.add_argument("--keys-per-s", type=real(0.01), default=5.0, metavar="N", help="default: 5")
    hub.add_argument(
        "--greedy",
        type=whole(),
        default=0,
        metavar="N",
        help="editors that the first user has beside their own in the second half",
    )
    hub.add_argument(
        "--hostile",
        action="store_true",
        help="let one more editor send, in the second half, what is worst for the others",
    )
    hub.add_argument(
        "--url",
        nargs="+",
        help="an engine that runs, instead of the fake one; several are replicas of each other",
    )
    hub.add_argument("--preset", help="start an engine from this preset instead")
    hub.add_argument("--first-ms", type=real(), help="of the fake engine: to the first token")
    hub.add_argument("--token-ms", type=real(), help="of the fake engine: for each further token")
    hub.add_argument(
        "--in-flight", type=positive, metavar="N", help="hub.in_flight (default: the hub's own)"
    )
    hub.add_argument("--log-file", type=Path, metavar="FILE", help="of the hub")
    hub.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    hub.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Type and report."""
    from fimls.bench.crowd_figures import spans_of, spans_of_log, summarize
    from fimls.bench.hub import Crowd
    from fimls.bench.simulated_editors import Typing
    from fimls.bench.typing_trace import Trace

    if args.editors < 2 or args.seconds <= 0 or args.keys_per_s <= 0 or args.greedy < 0:
        raise FimlsError("There are at least two editors, who type for some time: see --help.")
    typing = [Typing.of(Trace.load(path)) for path in args.traces]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        fake = args.url is None and args.preset is None
        urls = args.url or [stack.enter_context(_engine(args))]
        names = [f"user{number:03}" for number in range(args.editors)]
        config, users, keys = _configure(folder, urls, names, in_flight=args.in_flight)
        socket = folder / "hub.sock"
        log = args.log_file or folder / "hub.log"
        process = stack.enter_context(_hub(config, socket, log, requests=not fake))
        who = Crowd(
            users=users,
            seconds=args.seconds,
            keys_per_s=args.keys_per_s,
            greedy=args.greedy,
            hostile=args.hostile,
        )
        with Progress(console=Console(file=sys.stderr)) as progress:
            task = progress.add_task("typing", total=1.0)

            def report(share: float) -> None:
                progress.update(task, completed=share)

            seen = asyncio.run(_type(socket, process.pid, typing, who, report))
        if process.poll() is not None:
            seen.tally.error("the hub ended")
        engine = _get(f"{urls[0]}/spans") if fake else None
        if engine is not None:
            spans = spans_of(engine, keys)
        else:
            with log.open(encoding="utf-8") as lines:
                spans = spans_of_log(lines, ahead_s=time.monotonic() - time.time())
    figures = summarize(seen, who, spans)
    if engine is not None:
        figures["engine"] = {name: engine[name] for name in ("started", "aborted")}
    console = Console(markup=False, highlight=False)
    console.print(_table(figures))
    for what, count in figures["errors"].items():
        console.print(f"{count} x {what}")
    if args.json:
        write_report(args.json, figures)
    return 0


async def _type(socket: Path, pid: int, typing: Any, who: Any, report: Any) -> Run:
    from fimls.bench.hostile_editor import Streams
    from fimls.bench.hub import crowd

    def connect(make: Callable[[], Editor]) -> Any:
        return asyncio.get_running_loop().create_unix_connection(make, str(socket))

    async def streams() -> Streams:
        return await asyncio.open_unix_connection(str(socket))

    return await crowd(connect, pid, typing, who, report, streams)


def _configure(
    folder: Path, urls: Sequence[str], names: Sequence[str], *, in_flight: int | None
) -> tuple[Path, list[tuple[str, str | None]], Mapping[str, str]]:
    """Write the hub's settings and tokens; returns the file, users with tokens, and namespaces."""
    from fimls.hub.authentication import User
    from fimls.hub.tenant_backend import namespace
    from fimls.hub.tokens import Tokens

    file = folder / "tokens.json"
    tokens = Tokens(file, clock=time.time)
    users: list[tuple[str, str | None]] = [(name, tokens.create(name)[1]) for name in names]
    turns = "" if in_flight is None else f"in_flight = {in_flight}\n"
    if len(urls) > 1:
        turns += f"replicas = {json.dumps(urls)}\n"
    config = folder / "hub.toml"
    config.write_text(
        f"[engine]\nurl = {json.dumps(urls[0])}\nextra_key = {json.dumps(_NAMESPACE)}\n"
        f"[hub]\ntokens_file = {json.dumps(str(file))}\n{turns}",
        "utf-8",
    )
    keys = {namespace(_NAMESPACE, "user", User(name=name), ""): name for name in names}
    return config, users, keys


@contextmanager
def _hub(
    config: Path, socket: Path, log: Path, *, requests: bool
) -> Generator[subprocess.Popen[bytes], None, None]:
    command = [
        sys.executable,
        "-P",
        "-m",
        "fimls",
        "hub",
        "--config",
        str(config),
        f"unix:{socket}",
    ]
    command += ["--log-file", str(log), *(["--log-json"] if requests else [])]
    with _started(command, stderr=subprocess.DEVNULL) as (process, _):
        yield process


@contextmanager
def _engine(args: argparse.Namespace) -> Generator[str, None, None]:
    if args.preset:
        from fimls.cli.engine import start_engine

        with start_engine(args.preset) as engine:
            yield engine.url
        return
    command = [sys.executable, "-P", "-m", "fimls.bench.fake_engine"]
    for name in ("first_ms", "token_ms"):
        if (value := getattr(args, name)) is not None:
            command += [f"--{name.replace('_', '-')}", str(value)]
    with _started([*command, "--lines", *map(str, args.traces)]) as (_, line):
        yield line.strip()


@contextmanager
def _started(
    command: Sequence[str], *, stderr: int | None = None
) -> Generator[tuple[subprocess.Popen[bytes], str], None, None]:
    """Start a process that says a line when it is ready; it ends with the block."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline().decode()
            if not line:
                raise FimlsError(f"`{' '.join(command)}` did not start: run it by hand to see why.")
            yield process, line
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE_S)
            process.kill()


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=_PATIENCE_S) as answer:
        return json.load(answer)


def _table(figures: Mapping[str, Any]) -> Table:
    errors = sum(figures["errors"].values())
    memory, fairness = figures["memory"], figures["fairness"]
    per_editor, growth = memory["mb_per_editor"], memory["second_half_mb_per_min"]
    outcomes = figures["outcomes"]
    title = (
        f"{figures['editors']} editors, {figures['seconds']:g} s, {figures['keys']} keys:"
        f" {outcomes['shown']} with suggestions, {outcomes['empty']} without,"
        f" {outcomes['superseded']} superseded\n"
        f"errors {errors}, lost {figures['lost']}, stale {figures['stale']},"
        f" fairness {_or_dash(fairness, '.4f')}\n"
        f"the hub: {figures['hub_cpu']:.0%} of a core, {memory['alone_mb']:.0f} MB with one editor,"
        f" {_or_dash(per_editor, '.2f')} MB for each further one,"
        f" {_or_dash(growth, '+.2f')} MB a minute in the second half"
    )
    table = figures_table(title, ["ms"], ["answers", "p50", "p90", "p95", "p99", "most"])
    hostile: Mapping[str, Any] = figures["hostile"] or {"lag_ms": {}, "resident_mb": None}
    if figures["hostile"]:
        table.title = f"{title}\nthe hostile editor: {hostile['resident_mb']:.0f} MB at most"
    rows: dict[str, Mapping[str, Any] | None] = {
        **{f"from {source}": of for source, of in figures["ms"].items()},
        "inside the hub": figures["overhead_ms"],
        **{f"loop lag, {half}": of for half, of in hostile["lag_ms"].items()},
        **{f"others, {half}": of for half, of in figures["others_ms"].items()},
    }
    for name, of in rows.items():
        if of:
            shares = ("p50", "p90", "p95", "p99", "max")
            table.add_row(name, str(of["count"]), *(_or_dash(of.get(p), ".1f") for p in shares))
    return table


def _or_dash(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
