"""``fimls setup``: finds an engine, tries it, and writes it into the user's settings file."""

from __future__ import annotations

import argparse
import asyncio
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from fimls.cli import Subparsers
from fimls.cli.check_result import CheckResult, print_check_result
from fimls.errors import ConfigurationError, FimlsError
from fimls.settings import EngineSettings, Layer, Settings, resolve
from fimls.settings.engine import KINDS

if TYPE_CHECKING:
    from fimls.cli.settings_change import ChosenEngine
    from fimls.cli.setup_choice import Choice
    from fimls.cli.setup_key import KeptKey
    from fimls.cli.setup_questions import Questions


def register(subparsers: Subparsers) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser(
        "setup",
        help="find an engine, try it, and write it into your settings",
        description="Find an engine, or ask for a key or an address, try one tiny suggestion, and"
        " write it into your settings file, where comments and all other settings stay.",
    )
    add = parser.add_argument
    add("--engine", choices=KINDS, metavar="KIND", help=f"whose interface: {', '.join(KINDS)}")
    add("--url", help="address of the engine")
    add("--model", metavar="NAME", help="which of its models")
    key = parser.add_mutually_exclusive_group()
    key.add_argument("--key-file", type=Path, metavar="FILE", help="a file that holds its key")
    key.add_argument("--key-env", metavar="NAME", help="the variable that holds its key")
    key.add_argument(
        "--key-stdin", action="store_true", help="read its key from standard input, and keep it"
    )
    add(
        "--hosted",
        choices=("allow", "ask", "never"),
        help="whether your text may go to engines that somebody else runs",
    )
    add("--file", type=Path, metavar="FILE", help="the settings file, instead of yours")
    add("--yes", action="store_true", help="ask nothing that has a default")
    add("--no-try", action="store_true", help="write it without trying it")
    add("--print", action="store_true", help="print the settings file, and write nothing")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Find, try and write."""
    from fimls.backend.engine_privacy import address_of, host_of
    from fimls.cli import settings_change, setup_key
    from fimls.cli.setup_choice import choose
    from fimls.cli.setup_questions import Questions
    from fimls.lsp.configuration import user_file

    file: Path = args.file or user_file()
    text = settings_change.read_text(file)
    questions = Questions(take_defaults=args.yes)
    key = setup_key.key_named(args.key_file, args.key_env, from_stdin=args.key_stdin)
    choice = choose(questions, kind=args.engine, url=args.url, model=args.model, key=key)
    host = host_of(_chosen(choice, "").settings)
    hosted = args.hosted or _consent(questions, _chosen(choice, "").settings)
    with setup_key.kept_aside(choice.key, file.parent, host) as kept:
        tried = settings_change.with_engine(text, _chosen(choice, kept.now), hosted=hosted)
        settings = _settings(tried)
        if not args.no_try:
            _try(settings, questions)
        final = str(kept.file or "")
        changed = settings_change.with_engine(text, _chosen(choice, final), hosted=hosted)
        if args.print:
            print(changed, end="")
            return 0
        kept.keep()
        settings_change.write(file, changed)
    _tell(file, settings, choice, kept, address_of(_chosen(choice, "").settings))
    return 0


def _chosen(choice: Choice, key_file: str) -> ChosenEngine:
    from fimls.backend.engine_privacy import address_of
    from fimls.cli.settings_change import ChosenEngine

    found = choice.found
    usual = address_of(EngineSettings(kind=found.kind)) == found.url and found.kind != "sglang"
    return ChosenEngine(
        kind=found.kind,
        url="" if usual else found.url,
        model=choice.model,
        key_file=key_file,
        key_env=choice.key.variable,
    )


def _consent(questions: Questions, engine: EngineSettings) -> str:
    """Return what `privacy.hosted` becomes: it stays where nobody says anything."""
    from fimls.backend.engine_privacy import host_of, privacy_of

    if privacy_of(engine) != "hosted":
        return ""
    asked = f"May the text of what you edit be sent to {host_of(engine)}, which somebody else runs?"
    return "allow" if questions.agrees(asked, default=False) else ""


def _settings(text: str) -> Settings:
    settings, _ = resolve(
        [Layer(name="your settings", values=tomllib.loads(text.lstrip("\ufeff")))]
    )
    return settings


def _engine(settings: Settings) -> EngineSettings:
    return settings.engines[0] if settings.engines else settings.engine


def _try(settings: Settings, questions: Questions) -> None:
    """Have one tiny completion made.

    Raises:
        ConfigurationError: there is none, and nobody wants the engine all the same.
    """
    from fimls.cli.tiny_completion import tiny_completion

    slow = "the first one is slow where the model has to be loaded"
    try:
        with questions.meanwhile(f"Trying one small suggestion ({slow}) ..."):
            made, ms = asyncio.run(tiny_completion(_engine(settings), settings))
    except FimlsError as error:
        if questions.somebody_is_there:
            print_check_result(CheckResult(subject="engine", state="bad", says=str(error)))
            if questions.agrees("Write it into your settings all the same?", default=False):
                return
        raise ConfigurationError(
            f"{error} Nothing was written; use --no-try to write it untried."
        ) from error
    print_check_result(
        CheckResult(
            subject="engine",
            state="ok" if made else "note",
            says=f"suggests {made!r} in {ms:.0f} ms" if made else "answers, and suggests nothing",
            remedy="" if made else "a weak model may have nothing to say here: see `fimls doctor`.",
        )
    )


def _tell(file: Path, settings: Settings, choice: Choice, kept: KeptKey, address: str) -> None:
    from fimls.backend.engine_privacy import privacy_of

    says = f"{choice.found.name.removeprefix('the engine at ')} stands in {file}"
    if settings.engines:
        says += ", first of your [[engines]]"
    print_check_result(CheckResult(subject="settings", state="ok", says=says))
    if kept.aside is not None:
        says = f"kept in {kept.file}, which only you can read"
        print_check_result(CheckResult(subject="key", state="ok", says=says))
    elif choice.key.variable:
        says = f"it comes from {choice.key.variable}, which your editor has to see too"
        print_check_result(CheckResult(subject="key", state="note", says=says))
    if privacy_of(_engine(settings)) != "hosted":
        return
    if settings.privacy.hosted == "never":
        says = "[privacy] hosted is never: the engine gets nothing"
        remedy = "`fimls setup --hosted ask` changes that."
    elif settings.privacy.hosted == "ask":
        says, remedy = f"your editor asks before any text goes to {address}", ""
    else:
        says, remedy = f"what you edit goes to {address}", ""
    print_check_result(CheckResult(subject="privacy", state="note", says=says, remedy=remedy))
