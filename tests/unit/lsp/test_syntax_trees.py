"""Looking at trees: in a thread, one look of an editor at a time, never long in the loop."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from fimls.lsp import create_server
from fimls.lsp.syntax_trees import SyntaxTree, SyntaxTrees
from fimls.text import Document, Text
from support.scripted import ScriptedService
from support.watchdog import watching
from support.wire import URI, Wire, opened

ACTIONS = {
    "codeAction": {
        "disabledSupport": True,
        "dataSupport": True,
        "resolveSupport": {"properties": ["edit"]},
        "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["refactor", "quickfix"]}},
    }
}

BUNDLE = "".join(
    f"function f{n}(a, b) {{\n  const c = a[{n}] + b.d ? {{e: 1}} : null\n  return c\n}}\n"
    for n in range(1_500)
)
DIAGNOSTIC = {
    "range": {"start": {"line": 3, "character": 0}, "end": {"line": 3, "character": 3}},
    "message": "m",
    "severity": 1,
}
DOCUMENTS = {
    "a bundle of 6,000 lines": (BUNDLE, 1),
    "4 MB of brackets": ("(" * 4_000_000, 1),
    "4 MB of functions": ("def f(a):\n    return a\n\n" * 170_000, 1),
    "1.3 million short lines": ("a\n" * 1_300_000, 1),
    "a line of 3.9 MB of blanks": (" " * 3_900_000 + "\nx\n", 1),
    "20,000 diagnostics": (BUNDLE, 20_000),
}


@pytest.fixture
async def wire(tmp_path: Path):
    server = create_server(service_factory=ScriptedService, user_file=tmp_path / "fimls.toml")
    async with Wire(server) as wire:
        yield wire


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_listing_code_actions_holds_nobody(wire: Wire, name: str):
    text, diagnostics = DOCUMENTS[name]
    await wire.start(textDocument=ACTIONS)
    message: Any = opened(text)
    message["params"]["textDocument"]["languageId"] = "javascript"
    wire.server.documents.open(_item(message))
    held: list[str] = []
    everything = {"start": {"line": 0, "character": 0}, "end": {"line": 10**6, "character": 0}}
    params = {
        "textDocument": {"uri": URI},
        "range": everything,
        "context": {"diagnostics": [DIAGNOSTIC] * diagnostics},
    }
    await wire.ask("textDocument/codeAction", {**params, "context": {"diagnostics": []}})
    with watching(lambda s, what: held.append(f"{s * 1e3:.0f} ms: {what}"), product_only=False):
        listed = await wire.ask("textDocument/codeAction", params)
    # What reads 20,000 diagnostics as JSON is 4 MB: the longest message that a hub takes.
    assert not [each for each in held if diagnostics == 1], held
    assert listed
    reasons = [each["disabled"]["reason"] for each in listed if each["title"] == "Refactor"]
    assert bool(reasons) == (text is not BUNDLE)
    assert all(reason.startswith("This file is not read as code: it ") for reason in reasons)


def _item(message: dict[str, Any]) -> Any:
    from fimls.lsp.document_sync import opened as read

    return read(message["params"]).text_document


def document(text: str) -> Document:
    return Document(uri=URI, language_id="python", version=1, text=Text.parse(text))


async def test_an_editor_has_one_thread_at_a_time_also_if_it_no_longer_waits():
    trees, inside, most, let_go = SyntaxTrees(), 0, 0, threading.Event()

    def at(tree: SyntaxTree) -> bool:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        let_go.wait(5)
        inside -= 1
        return tree.parsed is not None

    looks = [asyncio.create_task(trees.look(document("a = 1\n"), at)) for _ in range(5)]
    await asyncio.sleep(0.1)
    for each in looks[:3]:
        each.cancel()
    await asyncio.sleep(0.1)
    let_go.set()
    assert await asyncio.gather(*looks[3:]) == [True, True]
    assert most == 1


async def test_trees_are_kept_up_to_a_bound_together():
    trees = SyntaxTrees()
    documents = [
        Document(
            uri=f"file:///{n}", language_id="python", version=1, text=Text.parse("a\n" * 9_000)
        )
        for n in range(16)
    ]
    first = await trees.look(documents[0], lambda tree: tree)
    for each in documents[1:]:
        await trees.look(each, lambda tree: tree)
    last = await trees.look(documents[-1], lambda tree: tree)
    assert await trees.look(documents[-1], lambda tree: tree) is last
    assert await trees.look(documents[0], lambda tree: tree) is not first
