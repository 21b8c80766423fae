"""``fimls serve``: the language server on standard input and output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fimls.errors import ConfigurationError

if TYPE_CHECKING:
    import argparse


def register(
    subparsers: argparse._SubParsersAction[  # pyright: ignore[reportPrivateUsage]
        argparse.ArgumentParser
    ],
) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser(
        "serve",
        help="speak LSP with an editor on standard input and output",
        description="Speak LSP with an editor on standard input and output; the editor starts it.",
    )
    parser.add_argument("--stdio", action="store_true", help="the default; editors add it")
    parser.add_argument(
        "--log-file", type=Path, metavar="FILE", help="write the log to this file too"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until the editor ends the session."""
    from fimls.logs import configure_logs
    from fimls.lsp import create_server, serve_stdio

    try:
        configure_logs(args.log_file)
    except OSError as error:
        raise ConfigurationError(
            f"The log file {args.log_file} cannot be written ({error.strerror}): give --log-file"
            " a file in a folder that exists."
        ) from error
    return serve_stdio(create_server())
