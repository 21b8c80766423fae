"""``fimls doctor``: checks installation, settings, engine and editors, each with a remedy."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, cast

import attrs

from fimls import __version__
from fimls.cli import Subparsers
from fimls.cli.check_result import CheckResult, print_check_result, print_check_result_as_json
from fimls.engine.machine_checks import INSTALL, SGLANG
from fimls.errors import ConfigurationError, FimlsError
from fimls.settings import EngineSettings, Settings


def register(subparsers: Subparsers) -> None:
    """Add the command line of this command."""
    parser = subparsers.add_parser(
        "doctor", help="check installation, engine, tokenizer and editors"
    )
    parser.add_argument("--url", help="check the engine at this address (default: as configured)")
    parser.add_argument(
        "--settings",
        metavar="JSON",
        help="check with what an editor sends: the server's initialization options",
    )
    parser.add_argument(
        "--connect", metavar="ADDRESS", help="check this hub, in place of an engine"
    )
    parser.add_argument(
        "--ca", type=Path, metavar="FILE", help="authority that signed the hub's certificate, PEM"
    )
    parser.add_argument("--json", action="store_true", help="write each finding as a line of JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print every finding as it is made; 1 if one of them is bad."""
    options = _options(args.settings)
    if args.url:
        options = {**options, "engine": {**options.get("engine", {}), "url": args.url}}
    if args.connect is None:
        findings = _findings(options, by_editor=args.settings is not None, one=bool(args.url))
    else:
        findings = _findings_at_hub(args.connect, args.ca)
    return asyncio.run(
        _run(findings, print_check_result_as_json if args.json else print_check_result)
    )


async def _run(
    findings: AsyncGenerator[CheckResult, None], write: Callable[[CheckResult], None]
) -> int:
    bad = 0
    async for finding in findings:
        write(finding)
        bad += finding.state == "bad"
    return 1 if bad else 0


def _options(text: str | None) -> dict[str, Any]:
    """Read what an editor sends."""
    try:
        options: Any = json.loads(text or "{}")
    except ValueError as error:
        raise ConfigurationError(
            "--settings is not JSON: give the initialization options, as an editor sends them."
        ) from error
    if not isinstance(options, dict):
        raise ConfigurationError(
            "--settings must be a JSON object: give the initialization options."
        )
    return cast("dict[str, Any]", options)


async def _findings(
    options: dict[str, Any], *, by_editor: bool, one: bool
) -> AsyncGenerator[CheckResult, None]:
    from fimls.lsp.configuration import Configuration, user_file

    for finding in _installation():
        yield finding
    configuration = Configuration(user_file())
    configuration.start(options, [Path.cwd()])
    for problem in configuration.take_problems():
        yield CheckResult(subject="settings", state="bad", says=problem)
    # An editor's own settings may name the engine, and want no file.
    there = by_editor or user_file().exists()
    yield CheckResult(
        subject="settings",
        state="ok" if there else "note",
        says=f"your file is {user_file()}" if there else f"there is no {user_file()} yet",
        remedy="" if there else "run `fimls setup`, which finds an engine and writes it.",
    )
    settings = configuration.settings
    yield _actions(settings)
    yield _templates()
    async for finding in check_engine(attrs.evolve(settings, engines=()) if one else settings):
        yield finding
    yield await _server()
    # An editor that sends its settings is one, and has found the program.
    for finding in _editors() if not by_editor else ():
        yield finding


async def _findings_at_hub(
    address: str, authority: Path | None
) -> AsyncGenerator[CheckResult, None]:
    from fimls.cli.connect import find_token
    from fimls.cli.doctor_hub import ask_hub

    yield _fimls()
    try:
        where, trouble = await ask_hub(address, token=find_token(None), authority=authority)
    except FimlsError as error:
        yield CheckResult(subject="hub", state="bad", says=str(error))
        return
    yield CheckResult(subject="hub", state="ok", says=f"{where} lets you in")
    yield CheckResult(
        subject="engine",
        state="bad" if trouble else "ok",
        says=trouble or "the hub's engine answers",
        remedy="tell whoever runs the hub." if trouble else "",
    )


def _fimls() -> CheckResult:
    python = ".".join(map(str, sys.version_info[:3]))
    return CheckResult(
        subject="installation", state="ok", says=f"fimls {__version__}, Python {python}"
    )


def _installation() -> Iterator[CheckResult]:
    yield _fimls()
    try:
        found = version("sglang")
    except PackageNotFoundError:
        yield CheckResult(
            subject="sglang",
            state="note",
            says="not installed here, which is right if the engine runs elsewhere",
            remedy=f"{INSTALL}, to run `fimls engine` on this machine.",
        )
        return
    right = found == SGLANG
    yield CheckResult(
        subject="sglang",
        state="ok" if right else "bad",
        says=f"{found}" if right else f"{found}, but fimls works with {SGLANG}",
        remedy="" if right else f"{INSTALL}, once more.",
    )


def _actions(settings: Settings) -> CheckResult:
    from fimls.refactor.registry import actions_for

    actions, problems = actions_for(settings.refactor)
    return CheckResult(
        subject="code actions",
        state="bad" if problems else "ok",
        says=" ".join(problems) or ", ".join(action.name for action in actions),
    )


def _templates() -> CheckResult:
    from fimls.prompt import TEMPLATES

    names = ", ".join(template.name for template in TEMPLATES)
    return CheckResult(subject="FIM templates", state="ok", says=names)


async def check_engine(settings: Settings) -> AsyncGenerator[CheckResult, None]:
    """Ask each engine that suggests what it serves, and for a completion."""
    from fimls.backend.chosen_engines import engines_of

    engines = engines_of(settings, "completion")
    if not engines:
        yield CheckResult(
            subject="engine",
            state="note",
            says="none of your [[engines]] is asked for suggestions",
            remedy='add "completion" to what one of them is `for`, to have some.',
        )
    for engine in engines:
        async for finding in _check_one(engine, settings):
            yield finding


async def _check_one(
    engine: EngineSettings, settings: Settings
) -> AsyncGenerator[CheckResult, None]:
    from fimls import text as texts
    from fimls.backend.engine_privacy import address_of
    from fimls.backend.factory import engine_for
    from fimls.cli.doctor_reuse import reuse
    from fimls.completion import CompletionService, Query

    try:
        backend = engine_for(engine)
    except FimlsError as error:
        yield CheckResult(subject="engine", state="bad", says=str(error))
        return
    service = CompletionService(backend=backend, settings=settings)
    try:
        served = await service.prepare()
        yield CheckResult(
            subject="engine",
            state="ok",
            says=f"{address_of(engine)} serves {served.info.model_path}"
            f" with a context of {served.info.context_length or 'unknown'} tokens",
        )
        template = served.builder.template
        blind = template.name == "prefix-only"
        yield CheckResult(
            subject="template",
            state="note" if blind else "ok",
            says=f"{template.name} ({template.models})",
            remedy="serve a model with FIM training for suggestions that fit what follows."
            if blind
            else "",
        )
        yield await reuse(backend, served)
        text = texts.Text.parse("def add(first, second):\n    return first")
        document = texts.Document(
            uri="file:///doctor.py", language_id="python", version=1, text=text
        )
        made = await service.complete(Query(document=document, cursor=text.end, automatic=False))
        yield CheckResult(
            subject="completion",
            state="ok" if made else "note",
            says=f"{made[0].text!r} in {made[0].timing.total_ms:.0f} ms" if made else "empty",
            remedy="" if made else "a weak model may have nothing to say here; try another file.",
        )
    except FimlsError as error:
        yield CheckResult(subject="engine", state="bad", says=str(error))
    finally:
        await service.aclose()


async def _server() -> CheckResult:
    from fimls.lsp.editor_client import EditorClient

    try:
        async with EditorClient.start({}) as editor:
            provider = editor.server.capabilities.inline_completion_provider
    except FimlsError as error:
        return CheckResult(
            subject="server", state="bad", says=str(error), remedy="run `fimls serve` by hand."
        )
    return CheckResult(
        subject="server",
        state="ok" if provider else "bad",
        says="`fimls serve` answers and offers inline completions"
        if provider
        else "`fimls serve` does not offer inline completions",
        remedy="" if provider else "reinstall fimls.",
    )


def _editors() -> Iterator[CheckResult]:
    command = shutil.which("fimls")
    yield CheckResult(
        subject="command",
        state="ok" if command else "note",
        says=command or "`fimls` is not on the PATH of this shell",
        remedy=""
        if command
        else f"give editors the whole path: {Path(sys.executable).with_name('fimls')}",
    )
    found = [name for name in ("nvim", "code", "codium", "hx", "emacs") if shutil.which(name)]
    yield CheckResult(
        subject="editors",
        state="ok" if found else "note",
        says=", ".join(found) if found else "none found on the PATH",
        remedy="see editors/ for what to write into the editor's configuration.",
    )
