"""``fimls index``: the index from which the model is shown other files of a repository."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fimls.cli import Subparsers
from fimls.errors import ConfigurationError

if TYPE_CHECKING:
    from fimls.settings import Settings

_MOST_SETTINGS = 2**20
"""Characters of settings that whoever starts it hands over."""

_NICE = 10
"""The editor and the engine come first."""


def register(subparsers: Subparsers) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser(
        "index",
        help="build or drop the index of a repository",
        description="Bring the index of a folder up to date, as an editor's server does by itself,"
        " or delete all indexes. An index holds names and line numbers, no text, and is kept in"
        " your cache folder.",
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), help="default: this one")
    parser.add_argument("--drop", action="store_true", help="delete the indexes of all folders")
    parser.add_argument("--settings-on-stdin", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Build it, or delete them all."""
    from fimls.context.index import drop_all

    if args.drop:
        if not drop_all():
            raise ConfigurationError("Some indexes are in use: close your editors, and drop again.")
        print("All indexes are deleted.")
        return 0
    if not args.folder.is_dir():
        raise ConfigurationError(f"There is no folder {args.folder}: name one to index.")
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    settings = _handed_over() if args.settings_on_stdin else _own(args.folder)
    try:
        return _build(args.folder.absolute(), settings, machine=args.settings_on_stdin)
    except BrokenPipeError:  # nobody wants to know any more; what is written stays
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _build(root: Path, settings: Settings, *, machine: bool) -> int:
    from fimls.context.index import Store, build, file_for
    from fimls.lsp.indexed_files import excluding

    def progress(done: int, of: int) -> None:
        if machine:
            print(json.dumps({"done": done, "of": of}), flush=True)

    limits = settings.context
    store = Store(file_for(root))
    read = build(
        store,
        root,
        excluded=excluding(settings),
        rules=rules_of(settings),
        most_files=limits.max_files,
        most_bytes=limits.max_file_kib * 1_024,
        progress=progress,
    )
    if not machine:
        print(f"{store.files} files are in the index, {read} of them were read now.")
    store.close()
    return 0


def rules_of(settings: Settings) -> str:
    """Return what stands for the settings that say what may be in an index."""
    said = [settings.completion.exclude_files, settings.completion.exclude_languages]
    limits = [settings.context.max_file_kib, settings.context.max_files]
    return hashlib.blake2b(json.dumps([said, limits]).encode(), digest_size=16).hexdigest()


def _own(folder: Path) -> Settings:
    from fimls.lsp.configuration import Configuration, user_file

    configuration = Configuration(user_file())
    configuration.start({}, [folder.absolute()])
    for problem in configuration.take_problems():
        print(f"fimls: {problem}", file=sys.stderr)
    return configuration.settings


def _handed_over() -> Settings:
    from fimls.settings import Layer, resolve

    tables: Any = json.loads(sys.stdin.read(_MOST_SETTINGS))
    settings, problems = resolve([Layer(name="server", values=cast("dict[str, Any]", tables))])
    if problems:  # nothing is indexed by rules that are not understood
        raise ConfigurationError(problems[0])
    return settings
