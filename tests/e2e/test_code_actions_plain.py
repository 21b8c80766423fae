"""Code actions for clients that can do less: no resolving, no literals, no edits at all."""

from __future__ import annotations

import ast

import pytest
from lsprotocol import types

from fimls.text import Point, Text
from support.clients import Editor, OpenDocument, editor_fixture, options
from support.fake_sglang import FakeSGLang

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUSTOM = {"shout": {"title": "Shout", "prompt": "Write it in capitals.", "checks": []}}
SETTINGS = {"custom": CUSTOM, "confirm": False}


def no_resolving(declared: types.ClientCapabilities) -> None:
    assert declared.text_document is not None
    assert declared.text_document.code_action is not None
    declared.text_document.code_action.resolve_support = None


def commands_only(declared: types.ClientCapabilities) -> None:
    assert declared.text_document is not None
    declared.text_document.code_action = types.CodeActionClientCapabilities()


editor = editor_fixture(
    lambda url: options(url, refactor=SETTINGS), declare=no_resolving, editors=["neovim"]
)
plain = editor_fixture(
    lambda url: options(url, refactor=SETTINGS),
    declare=commands_only,
    editors=["visual_studio_code"],
)


async def test_without_resolving_an_action_carries_a_command(editor: Editor, sglang: FakeSGLang):
    announced = editor.announced.code_action_provider
    assert isinstance(announced, types.CodeActionOptions)
    assert not announced.resolve_provider
    document = OpenDocument(editor, Text.parse("a = 1\n"))
    actions = await document.actions(Point(0, 0))
    action = next(each for each in actions if each.title.startswith("Shout"))
    # lsprotocol reads every code action that has a command as if it were the command alone.
    command = ast.literal_eval(action.command)
    await carried_out(document, types.Command(**command), sglang)


async def test_without_literals_a_command_is_all(plain: Editor, sglang: FakeSGLang):
    document = OpenDocument(plain, Text.parse("a = 1\n"))
    actions = await document.actions(Point(0, 0))
    command = next(each for each in actions if each.title.startswith("Shout"))
    assert isinstance(command, types.Command)
    await carried_out(document, command, sglang)


async def carried_out(document: OpenDocument, command: types.Command, sglang: FakeSGLang) -> None:
    assert not sglang.requests
    sglang.script = ["A = 1"]
    params = types.ExecuteCommandParams(command.command, command.arguments)
    assert await document.client.workspace_execute_command_async(params) is None
    edit = document.client.to_apply.pop().edit
    assert not any(each.needs_confirmation for each in (edit.change_annotations or {}).values())
    document.apply(edit)
    assert str(document.text) == "A = 1\n"
