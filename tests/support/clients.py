"""The editors of the end-to-end tests: what they declare, and a server started for each."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest_lsp
from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import ClientServerConfig, LanguageClient
from pytest_lsp.client import register_lsp_features
from pytest_lsp.protocol import LanguageClientProtocol

from fimls.text import Encoding, Point, Text
from support.contract import Contract

SERVE = [sys.executable, "-m", "fimls", "serve", "--stdio"]

EDITORS = {"visual_studio_code": Encoding.UTF16, "neovim": Encoding.UTF8}
"""Editor, as pytest-lsp names its capabilities, -> the units its positions count."""


class _Protocol(LanguageClientProtocol):
    """Has both directions looked at, as they stand on the wire."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contract = Contract()

    def structure_message(self, data: dict[str, Any]) -> Any:
        if "jsonrpc" in data:
            self.contract.received(data)
        return super().structure_message(data)

    def _send_data(self, data: Any) -> None:
        self.contract.sent(json.loads(json.dumps(data, default=self._serialize_message)))
        super()._send_data(data)


class Editor(LanguageClient):
    """An editor with its server.

    Attributes:
        encoding: the units that the two agreed on, as the editor prefers them.
        announced: what the server said it can do.
        to_apply: edits that the server asked for; the editor answers that it made them.
    """

    encoding: Encoding
    announced: types.ServerCapabilities
    to_apply: list[types.ApplyWorkspaceEditParams]


def options(url: str, **tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return initialization options for an engine and further settings.

    Prompts are laid out whole: then a prompt is the document, and a scripted answer need not begin
    with the word before the cursor. Nothing is read ahead, so
    that each request is one a test made.
    """
    prompt = {"layout": "whole", "warm_up": False, **tables.pop("prompt", {})}
    completion = {"reuse": False, "lines": "multi", **tables.pop("completion", {})}
    return {"engine": {"url": url}, "prompt": prompt, "completion": completion, **tables}


def editor_fixture(
    options: Callable[[str], Any] = options,
    *,
    inline: bool = True,
    declare: Callable[[types.ClientCapabilities], None] = lambda _: None,
    editors: Sequence[str] = tuple(EDITORS),
    engine: str = "sglang_process",
):
    """Return a module's fixture: a started `Editor` over the fake engine, for each of EDITORS.

    Args:
        options: initialization options for an engine's address.
        inline: whether they declare inline completion.
        declare: changes what they declare.
        editors: which of EDITORS.
        engine: name of the fixture that has the engine's address as `url`.
    """
    config = ClientServerConfig(server_command=SERVE, client_factory=_make_editor)

    @pytest_lsp.fixture(scope="module", params=list(editors), config=config)
    async def editor(client: Editor, request: Any):
        client.encoding = EDITORS[request.param]
        capabilities = _capabilities(request.param, inline=inline)
        declare(capabilities)
        parameters = types.InitializeParams(
            capabilities=capabilities,
            initialization_options=_for(request.getfixturevalue(engine), options),
        )
        client.announced = (await client.initialize_session(parameters)).capabilities
        yield
        await client.shutdown_session()

    return editor


def _for(engine: Any, options: Callable[[str], Any]) -> Any:
    """Return the options for an engine, which may be of another kind than SGLang."""
    made = options(engine.url)
    return {**made, "engine": {**made["engine"], **getattr(engine, "settings", {})}}


def _make_editor() -> Editor:
    editor = Editor(converter_factory=default_converter, protocol_cls=_Protocol)
    register_lsp_features(editor)
    editor.to_apply = []

    @editor.feature(types.WORKSPACE_APPLY_EDIT)
    def apply_edit(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        editor.to_apply.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    @editor.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams) -> None:
        """Answer that it is done."""

    return editor


def _capabilities(editor: str, *, inline: bool) -> types.ClientCapabilities:
    """Return what an editor declares; pytest-lsp's records are older than inline completion."""
    declared = pytest_lsp.client_capabilities(editor)
    assert declared.text_document
    if inline:
        declared.text_document.inline_completion = types.InlineCompletionClientCapabilities()
    return declared


@dataclass
class OpenDocument:
    """A document as the editor has it open.

    Attributes:
        text: the editor's copy.
    """

    client: Editor
    text: Text
    uri: str = field(default_factory=lambda: f"file:///{uuid.uuid4().hex}.py")
    version: int = 1

    def __post_init__(self) -> None:
        item = types.TextDocumentItem(self.uri, "python", self.version, str(self.text))
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def edit(self, start: Point, end: Point, new: str) -> None:
        """Replace a range, here and there."""
        change = types.TextDocumentContentChangePartial(
            types.Range(self.position(start), self.position(end)), new
        )
        self.text = self.text.replace(start, end, new)
        self.send(change)

    def send(self, *changes: types.TextDocumentContentChangeEvent) -> None:
        """Send changes as the next version."""
        self.version += 1
        identifier = types.VersionedTextDocumentIdentifier(self.version, self.uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, changes))

    def position(self, point: Point) -> types.Position:
        """Return a point in the editor's units."""
        return types.Position(point.line, self.text.units(point, self.client.encoding))

    def params(self, point: Point, *, by_hand: bool = False) -> types.InlineCompletionParams:
        """Return the parameters of a request for an inline completion."""
        kinds = types.InlineCompletionTriggerKind
        return types.InlineCompletionParams(
            context=types.InlineCompletionContext(kinds.Invoked if by_hand else kinds.Automatic),
            text_document=types.TextDocumentIdentifier(self.uri),
            position=self.position(point),
        )

    def apply(self, edit: types.WorkspaceEdit) -> Text:
        """Make an edit as an editor does; returns the text before, which undoing it brings back."""
        before = self.text
        edits: list[Any] = list((edit.changes or {}).get(self.uri, ()))
        for change in edit.document_changes or ():
            if isinstance(change, types.TextDocumentEdit) and change.text_document.uri == self.uri:
                assert change.text_document.version == self.version, "the edit is for another text"
                edits += change.edits
        # All ranges are meant in the text as it is, so the last one goes first.
        for each in sorted(edits, key=lambda e: (e.range.start.line, e.range.start.character))[
            ::-1
        ]:
            start, end = (
                self.text.point(place.line, place.character, self.client.encoding)
                for place in (each.range.start, each.range.end)
            )
            self.edit(start, end, each.new_text)
        return before

    def undo(self, before: Text) -> None:
        """Bring a text back."""
        self.edit(Point(0, 0), self.text.end, str(before))

    async def actions(
        self,
        start: Point,
        end: Point | None = None,
        *,
        only: Sequence[str] | None = None,
        problems: Sequence[types.Diagnostic] = (),
        by_hand: bool = True,
    ) -> Any:
        """Ask for code actions; returns the server's answer as it is."""
        kinds = types.CodeActionTriggerKind
        where = types.Range(self.position(start), self.position(end or start))
        params = types.CodeActionParams(
            text_document=types.TextDocumentIdentifier(self.uri),
            range=where,
            context=types.CodeActionContext(
                diagnostics=list(problems),
                only=only,
                trigger_kind=kinds.Invoked if by_hand else kinds.Automatic,
            ),
        )
        return await self.client.text_document_code_action_async(params)

    async def menu(self, point: Point) -> Any:
        """Ask for the completion menu's items; returns the server's answer as it is."""
        params = types.CompletionParams(
            types.TextDocumentIdentifier(self.uri), self.position(point)
        )
        return await self.client.text_document_completion_async(params)

    async def complete(self, point: Point) -> Any:
        """Ask for an inline completion; returns the server's answer as it is."""
        return await self.client.text_document_inline_completion_async(self.params(point))


def nothing() -> types.InlineCompletionList:
    """Return the answer for nothing to say."""
    return types.InlineCompletionList(items=())
