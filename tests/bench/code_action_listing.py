"""How long a list of code actions takes in a long file, inside the server, with no engine running.

Run it as ``python tests/bench/code_action_listing.py``: a file of 5,000 lines made of fimls' own
modules is opened; a cursor rests at random places, half of the time after a key was typed there,
and the actions are listed as an editor lists them. ``--file typescript.js`` takes the first lines
of that file instead, in the language of its name. The loop's time is the processor time of the
thread that answers editors: a look at a tree is to be in another one. ``--cpu`` measures the
processor's time for whole answers, too, instead of the clock's: on a machine that does other work,
that is what the server itself takes.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types

import fimls
from fimls.lsp import FimServer, create_server
from fimls.lsp.code_action import code_action
from fimls.lsp.handlers import did_change, did_open, initialize
from fimls.lsp.type_conversion import ActionsAsked
from fimls.text import Encoding

URI = "file:///long"
LANGUAGES = {".py": "python", ".js": "javascript", ".ts": "typescript", ".tsx": "typescriptreact"}


def long_file(lines: int) -> str:
    """Return that many lines of real code."""
    modules = sorted(Path(fimls.__file__).parent.rglob("*.py"))
    text = "".join(module.read_text("utf-8") for module in modules)
    found = text.split("\n")
    while len(found) < lines:
        found += found
    return "\n".join(found[:lines]) + "\n"


def start(text: str, language: str) -> FimServer:
    """Return a server that has the file open; it would ask an engine that is not there."""
    server = create_server(user_file=Path("/nonexistent/fimls.toml"))
    initialize(
        server,
        types.InitializeParams(
            capabilities=types.ClientCapabilities(
                text_document=types.TextDocumentClientCapabilities(
                    code_action=types.CodeActionClientCapabilities(
                        code_action_literal_support=types.ClientCodeActionLiteralOptions(
                            types.ClientCodeActionKindOptions([])
                        ),
                        data_support=True,
                        disabled_support=True,
                        resolve_support=types.ClientCodeActionResolveOptions(["edit"]),
                    )
                )
            ),
            initialization_options={
                "engine": {"url": "http://127.0.0.1:9"},
                "prompt": {"warm_up": False},
            },
        ),
    )
    item = types.TextDocumentItem(URI, language, 1, text)
    did_open(server, types.DidOpenTextDocumentParams(item))
    return server


def type_key(server: FimServer, line: int, version: int) -> None:
    """Type a blank at the end of a line."""
    document = server.documents.get(URI)
    assert document is not None
    text = document.text
    end = text.units(text.point(line, 10_000, Encoding.UTF16), Encoding.UTF16)
    here = types.Position(line, end)
    change = types.TextDocumentContentChangePartial(types.Range(here, here), " ")
    identifier = types.VersionedTextDocumentIdentifier(version, URI)
    did_change(server, types.DidChangeTextDocumentParams(identifier, [change]))


def ask(server: FimServer, line: int, lines: int) -> int:
    """List the actions; returns how many there are."""
    context = types.CodeActionContext(
        diagnostics=[], trigger_kind=types.CodeActionTriggerKind.Invoked
    )
    where = types.Range(types.Position(line, 4), types.Position(line + lines, 4))
    params = types.CodeActionParams(types.TextDocumentIdentifier(URI), where, context)
    asked = ActionsAsked(params, server.documents.get(URI))
    return len(asyncio.run(code_action(server, asked)) or ())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5_000)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--times", type=int, default=400)
    parser.add_argument("--cpu", action="store_true")
    options = parser.parse_args()
    clock = time.process_time if options.cpu else time.perf_counter
    chance = random.Random(1)
    text = long_file(options.lines)
    if options.file is not None:
        text = "".join(options.file.open(encoding="utf-8").readlines()[: options.lines])
        options.lines = text.count("\n")
    server = start(text, LANGUAGES[options.file.suffix] if options.file else "python")
    began = clock()
    ask(server, 0, 0)
    first = (clock() - began) * 1e3
    resting: list[float] = []
    typing: list[float] = []
    loop: list[float] = []
    offered = 0
    for number in range(options.times):
        line = chance.randrange(max(options.lines - 20, 1))
        typed = number % 2 == 1
        if typed:
            type_key(server, line, version=number + 2)
        began, in_loop = clock(), time.thread_time()
        offered += ask(server, line, chance.choice((0, 0, 1, 5)))
        loop.append((time.thread_time() - in_loop) * 1e3)
        (typing if typed else resting).append((clock() - began) * 1e3)
    print(
        f"{options.lines} lines, {options.times} lists, {offered / options.times:.1f} offers each"
    )
    print(f"first list, which parses the file: {first:.1f} ms")
    show("cursor rests", resting)
    show("after a key", typing)
    show("all", resting + typing)
    show("the loop's time of all", loop)


def show(name: str, times: Sequence[float]) -> None:
    p95 = statistics.quantiles(times, n=20)[-1]
    print(
        f"{name}: p50 {statistics.median(times):.1f} ms, p95 {p95:.1f} ms, max {max(times):.1f} ms"
    )


if __name__ == "__main__":
    main()
