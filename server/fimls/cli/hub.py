"""``fimls hub``: one server for the editors of many."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from fimls.cli import Subparsers

logger = logging.getLogger(__name__)


_SWITCH_S = 0.001
"""How long a thread that reads a long message goes on while the event loop waits for Python's lock.
It waits for it behind each of its calls of the system: five milliseconds, as is usual, add up."""


def register(subparsers: Subparsers) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser(
        "hub",
        help="serve a team's editors from one process next to the engine",
        description="Serve many editors from one process: over a unix socket, TCP or WebSocket."
        " Ends gracefully on SIGTERM; reads settings, tokens and certificate again on SIGHUP.",
    )
    parser.add_argument(
        "address", nargs="*", help="where to listen (default: the setting hub.listen)"
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings, instead of your user file"
    )
    parser.add_argument(
        "--log-file", type=Path, metavar="FILE", help="write the log to this file too"
    )
    parser.add_argument(
        "--log-json",
        action="store_true",
        help="write the log as JSON, with a line for every request and what it cost the engine",
    )
    parser.add_argument(
        "--traces",
        action="store_true",
        help="send OpenTelemetry traces to where OTEL_EXPORTER_OTLP_ENDPOINT says",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="read settings, tokens and certificate, ask the engine, and say what would happen",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    from fimls.errors import ConfigurationError, FimlsError
    from fimls.hub.freed_memory import give_back_large_blocks
    from fimls.logs import configure_logs

    if args.check:
        from fimls.cli.hub_check import check

        return asyncio.run(check(args.address, args.config))
    give_back_large_blocks()
    try:
        configure_logs(args.log_file, as_json=args.log_json, requests=args.log_json)
    except OSError as error:
        raise ConfigurationError(
            f"The log file {args.log_file} cannot be written ({error.strerror}): give --log-file"
            " a file in a folder that exists."
        ) from error
    with ExitStack() as stack:
        if args.traces:
            from fimls.metrics import tracing

            stack.callback(tracing.start())
        sys.setswitchinterval(_SWITCH_S)
        runner = stack.enter_context(asyncio.Runner(loop_factory=_fast_loop()))
        try:
            return runner.run(_serve(args.address, args.config))
        except FimlsError as error:  # also into a log file, and as JSON, where that is wanted
            logger.error("%s", error)
            return 1


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes uvloop's event loop, or None where it is not installed."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(addresses: list[str], config: Path | None) -> int:
    from fimls.hub.hub import Hub
    from fimls.hub.hub_address import HubAddress
    from fimls.hub.listening_sockets import inherited, notify
    from fimls.lsp.configuration import user_file

    loop, end = asyncio.get_running_loop(), asyncio.Event()
    hub = Hub(config or user_file(), optional=config is None)
    reloading: set[asyncio.Task[None]] = set()

    def reload() -> None:
        task = loop.create_task(hub.reload())
        reloading.add(task)
        task.add_done_callback(reloading.discard)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    loop.add_signal_handler(signal.SIGHUP, reload)
    given = inherited()
    named = addresses or ([] if given else hub.settings.hub.listen)
    await hub.start([HubAddress.parse(text) for text in named], given)
    for address in hub.addresses:
        print(f"fimls hub listens at {address}", flush=True)
    notify("READY=1")
    await end.wait()
    notify("STOPPING=1")
    await hub.drain()
    return 0
