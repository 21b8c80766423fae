"""The ``fimls`` command: one file per subcommand, each with `register` and `run`.

It may know every other room.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TypeAlias

from fimls import __version__
from fimls.errors import FimlsError
from fimls.printable import printable

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # pyright: ignore[reportPrivateUsage]
"""What a command's `register` adds itself to; argparse has no public name for it."""

COMMANDS = {
    "setup": "find an engine, try it, and write it into your settings",
    "serve": "speak LSP with an editor on standard input and output",
    "hub": "serve a team's editors from one process next to the engine",
    "connect": "connect an editor to a hub",
    "token": "make, list and revoke the tokens of a hub's users",
    "index": "build or drop the index of a repository",
    "engine": "start SGLang or llama-server from a preset, watch and stop it",
    "demo": "start engine and server, type a little, show the suggestions",
    "bench": "measure what typing costs an engine",
    "doctor": "check installation, engine, tokenizer and editors",
    "eval": "measure quality against known answers",
    "train-embedded": "train the embedded model again from installed Python source",
}
"""Subcommand -> what it does; the module is ``fimls.cli.<name with underscores>``."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = _parser(arguments)
    args = parser.parse_args(arguments)
    try:
        return args.run(args)
    except FimlsError as error:
        print(f"fimls: {printable(str(error), most=4_000)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fimls", description="Code completion for any editor, by a model that you choose."
    )
    parser.add_argument("--version", action="version", version=f"fimls {__version__}")
    subparsers = parser.add_subparsers(required=True, metavar="command", title="commands")
    # Only the named command's module is imported: `fimls serve` must not pay for the others.
    named = next((word for word in arguments if word in COMMANDS), None)
    for name, meaning in COMMANDS.items():
        if name == named:
            import_module(f"fimls.cli.{name.replace('-', '_')}").register(subparsers)
        else:
            subparsers.add_parser(name, help=meaning)
    return parser
