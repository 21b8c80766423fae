"""Cells of notebooks, as plain documents and as LSP's notebooks: each knows the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fimls.completion import Completion
from fimls.lsp import create_server
from fimls.text import Point
from support.scripted import ScriptedService
from support.wire import Wire, typed

FIRST, SECOND = "import pandas as pd\nframe = pd.read_csv('sales.csv')", "print(frame)\n"
PLAIN = "vscode-notebook-cell:/w/nb.ipynb#W{}sZmlsZQ%3D%3D"
NOTEBOOK = "file:///w/nb.ipynb"
KNOWS = {"synchronization": {"dynamicRegistration": True, "executionSummarySupport": True}}


def item(uri: str, text: str, language: str = "python") -> dict[str, Any]:
    return {"uri": uri, "languageId": language, "version": 1, "text": text}


def opening(*items: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"method": "textDocument/didOpen", "params": {"textDocument": each}} for each in items]


@pytest.fixture
def queries() -> list[Any]:
    return []


@pytest.fixture
async def wire(tmp_path: Path, queries: list[Any]):
    def act(query: Any) -> str:
        queries.append(query)
        return "x"

    server = create_server(
        service_factory=lambda settings: ScriptedService(settings, act),
        user_file=tmp_path / "fimls.toml",
    )
    async with Wire(server) as wire:
        yield wire


async def complete(wire: Wire, uri: str, line: int, character: int) -> list[dict[str, Any]]:
    request = wire.completion(line, character, uri=uri)
    wire.send(request)
    return (await wire.answer(request))["result"]["items"]


async def test_a_plain_cell_is_completed_with_the_others_around_it(wire: Wire, queries: list[Any]):
    await wire.start(textDocument={"inlineCompletion": {}})
    one, text, two, three = (PLAIN.format(number) for number in range(4))
    other = PLAIN.format(1).replace("nb", "other")
    wire.send(
        *opening(
            item(one, FIRST),
            item(text, "# Title", "markdown"),
            item(two, "a = 1\n"),
            item(three, SECOND),
            item(other, "secret\n"),
        )
    )
    (shown,) = await complete(wire, two, 0, 5)
    assert shown["range"]["start"] == {"line": 0, "character": 5}
    assert str(queries[0].document.text) == FIRST + "\na = 1\n\n" + SECOND
    assert queries[0].cursor == Point(2, 5)
    assert [each.uri for each in queries[0].others] == [other, text]
    wire.send(typed(0, 5, "0", version=2, uri=two))
    (shown,) = await complete(wire, two, 0, 6)
    assert shown["range"]["start"] == {"line": 0, "character": 6}
    assert "a = 10\n" in str(queries[1].document.text)


async def test_a_document_with_a_fragment_is_no_cell(wire: Wire, queries: list[Any]):
    await wire.start(textDocument={"inlineCompletion": {}})
    wire.send(*opening(item("file:///a.py#1", "a\n"), item("file:///a.py#2", "b\n")))
    await complete(wire, "file:///a.py#2", 0, 1)
    assert str(queries[0].document.text) == "b\n"


async def test_a_notebook_is_known_as_such_in_the_order_of_its_cells(
    wire: Wire, queries: list[Any]
):
    announced = await wire.start(textDocument={"inlineCompletion": {}}, notebookDocument=KNOWS)
    assert announced["notebookDocumentSync"] == {"notebookSelector": [{"notebook": "*"}]}
    uris = ["cell:c", "cell:a"]
    notebook = {
        "uri": NOTEBOOK,
        "notebookType": "jupyter-notebook",
        "version": 1,
        "cells": [{"kind": 2, "document": uri} for uri in uris],
    }
    items = [item("cell:a", SECOND), item("cell:c", FIRST)]
    params = {"notebookDocument": notebook, "cellTextDocuments": items}
    wire.send({"method": "notebookDocument/didOpen", "params": params})
    (shown,) = await complete(wire, "cell:a", 1, 0)
    assert shown["range"]["start"] == {"line": 1, "character": 0}
    assert str(queries[0].document.text) == FIRST + "\n" + SECOND

    structure = {
        "array": {"start": 1, "deleteCount": 0, "cells": [{"kind": 2, "document": "cell:b"}]},
        "didOpen": [item("cell:b", "b = 2\n")],
    }
    here = {"line": 0, "character": 4}
    change = {"range": {"start": here, "end": {"line": 0, "character": 5}}, "text": "3"}
    texts = [{"document": {"uri": "cell:b", "version": 2}, "changes": [change]}]
    params = {
        "notebookDocument": {"uri": NOTEBOOK, "version": 2},
        "change": {"cells": {"structure": structure, "textContent": texts}},
    }
    wire.send({"method": "notebookDocument/didChange", "params": params})
    await complete(wire, "cell:a", 1, 0)
    assert str(queries[1].document.text) == FIRST + "\nb = 3\n" + SECOND

    structure = {"array": {"start": 0, "deleteCount": 1}, "didClose": [{"uri": "cell:c"}]}
    params = {
        "notebookDocument": {"uri": NOTEBOOK, "version": 3},
        "change": {"cells": {"structure": structure}},
    }
    wire.send({"method": "notebookDocument/didChange", "params": params})
    await complete(wire, "cell:a", 1, 0)
    assert str(queries[2].document.text) == "b = 3\n" + SECOND

    closed = [{"uri": "cell:a"}, {"uri": "cell:b"}]
    params = {"notebookDocument": {"uri": NOTEBOOK}, "cellTextDocuments": closed}
    wire.send({"method": "notebookDocument/didClose", "params": params})
    assert await complete(wire, "cell:a", 0, 0) == []
    assert not wire.server.documents.all()


async def test_a_client_without_notebooks_is_not_asked_for_them(wire: Wire):
    assert "notebookDocumentSync" not in await wire.start()
    params = {"notebookDocument": {}, "cellTextDocuments": []}
    wire.send({"method": "notebookDocument/didOpen", "params": params})
    assert await wire.ask("fimls/statistics", {})
    assert not wire.shown()


async def test_what_would_replace_text_of_another_cell_is_not_shown(wire: Wire):
    await wire.start(textDocument={"inlineCompletion": {}})
    wire.send(*opening(item(PLAIN.format(0), "a\n"), item(PLAIN.format(1), "b\n")))
    await wire.ask("fimls/statistics", {})
    document = wire.server.documents.get(PLAIN.format(0))
    assert document is not None
    around = wire.server.notebooks.around(document)
    ours, theirs = (
        Completion(text="x", start=Point(line, 0), end=Point(line, 1)) for line in (0, 2)
    )
    assert around.answered([ours, theirs]) == [ours]
