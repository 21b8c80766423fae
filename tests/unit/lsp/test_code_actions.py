"""What cannot be timed from outside: documents that move at the very moment of an answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lsprotocol import types

from fimls.lsp import create_server
from fimls.lsp.capabilities import ClientFeatures, EditFeatures
from fimls.lsp.configuration import Configuration
from fimls.lsp.resolve_data import ResolveData
from fimls.lsp.shown_text import show_explanation
from fimls.lsp.syntax_trees import SyntaxTrees
from fimls.lsp.workspace_edit import workspace_edit
from fimls.refactor import Change
from fimls.syntax import parse
from fimls.text import Document, Point, Text
from support.scripted import ScriptedService
from support.wire import URI, Wire, opened, typed

RESOLVES = {
    "textDocument": {"codeAction": {"resolveSupport": {"properties": ["edit", "title", "data"]}}}
}


@pytest.fixture
async def wire(tmp_path: Path):
    server = create_server(service_factory=ScriptedService, user_file=tmp_path / "fimls.toml")
    async with Wire(server) as wire:
        yield wire


@pytest.mark.parametrize("moved", [False, True])
async def test_an_edit_that_is_outdated_when_it_is_sent_is_an_error(wire: Wire, moved: bool):
    await wire.start()
    wire.send(opened("a\n"))
    if moved:
        wire.send(typed(0, 0, "b", version=2))
    request = wire.completion(0, 0)
    wire.send(request)
    await wire.answer(request)  # now the messages before it have been handled
    asked = ResolveData(uri=URI, version=1, action="x", start=0, end=0)
    edit = types.WorkspaceEdit(changes={})
    wire.contract.sent({"id": "resolving", "method": "codeAction/resolve", "params": {}})
    wire.contract.capabilities = RESOLVES
    wire.server.protocol._send_response(
        "resolving", types.CodeAction(title="x", data=asked.data(), edit=edit)
    )
    answer = await wire.until(lambda m: m if m.get("id") == "resolving" else None)
    if moved:
        assert answer["error"]["code"] == types.LSPErrorCodes.ContentModified
    else:
        assert answer["result"]["edit"] == {"changes": {}}


async def test_an_editor_elsewhere_is_told_and_no_file_is_written(tmp_path: Path):
    configuration = Configuration(tmp_path / "fimls.toml")
    server = create_server(service_factory=ScriptedService, configuration=configuration)
    server.shares_disk = False
    async with Wire(server) as wire:
        await wire.start(window={"showDocument": {"support": True}})
        await show_explanation(server, "Explain `f`", "It **adds**.")
        await wire.until(lambda m: m.get("method") == "window/showMessage")
        assert wire.shown() == ["It **adds**."]
        assert server.explanations is None


def document(text: str, *, version: int = 1, language: str = "python") -> Document:
    return Document(uri="file:///a", language_id=language, version=version, text=Text.parse(text))


def test_a_snapshot_is_parsed_once_and_its_successor_where_it_differs():
    trees = SyntaxTrees()
    first = document("def f():\n    return 1\n")
    tree = trees.of(first).parsed
    assert trees.of(first).parsed is tree
    second = first.edit(first.text.replace(Point(1, 11), Point(1, 12), "(2)"), version=2)
    changed = trees.of(second).parsed
    assert changed is not None
    whole = parse(str(second.text), "python")
    assert whole is not None
    assert str(changed.root) == str(whole.root)


def test_another_language_is_parsed_anew_and_none_is_none():
    trees = SyntaxTrees()
    assert trees.of(document("a = 1\n")).parsed is not None
    other = trees.of(document("a = 1\n", language="javascript")).parsed
    assert other is not None
    assert other.root.type == "program"
    assert trees.of(document("a = 1\n", language="unheard-of")).parsed is None
    trees.forget("file:///a")
    assert trees.of(document("a = 1\n")).parsed is not None


@pytest.mark.parametrize("announced", [True, False])
def test_an_extracted_name_is_a_placeholder_where_the_client_takes_some(announced: bool):
    before = 'def f(a):\n    g(a)\n    return "${x}" + str(a * 2)\n'
    after = 'def f(a):\n    g(a)\n    new = a * 2\n    return "${x}" + str(new)\n'
    change = replace(
        Change.replacing(before, 0, len(before), after, language="python"), named="new"
    )
    document = Document(
        uri="file:///a.py", language_id="python", version=3, text=Text.parse(before)
    )
    features = ClientFeatures(edits=EditFeatures(versions=True, snippets=announced))
    edit = workspace_edit(change, document, features, label="Extract", confirm=False)
    assert edit.document_changes
    part = edit.document_changes[0]
    assert isinstance(part, types.TextDocumentEdit)
    snippets = [each for each in part.edits if isinstance(each, types.SnippetTextEdit)]
    if announced:
        assert [each.snippet.value for each in snippets] == [
            '    ${1:new} = a * 2\n    return "\\${x\\}" + str(${1:new})\n'
        ]
        assert snippets[0].range == types.Range(types.Position(2, 0), types.Position(3, 0))
    else:
        assert snippets == []
