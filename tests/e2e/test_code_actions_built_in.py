"""Actions of fimls' own through the editor: what is special about each kind of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from lsprotocol import types

from fimls.text import Point, Text
from support.clients import Editor, OpenDocument, editor_fixture
from support.fake_sglang import FakeSGLang

pytestmark = pytest.mark.asyncio(loop_scope="module")

editor = editor_fixture()

CODE = """\
def area(width, height):
    size = width * height
    return size


def twice(value):
    value = value * 2
    return vlaue
"""


@pytest.fixture
def document(editor: Editor) -> OpenDocument:
    return OpenDocument(editor, Text.parse(CODE))


def titled(actions: Any, words: str) -> types.CodeAction:
    return next(each for each in actions if words in each.title)


async def test_a_fix_is_for_the_diagnostic_that_the_editor_shows(
    document: OpenDocument, sglang: FakeSGLang
):
    where = types.Range(document.position(Point(7, 11)), document.position(Point(7, 16)))
    problem = types.Diagnostic(where, "Undefined name `vlaue`", code="F821", source="Ruff")
    actions = await document.actions(Point(7, 11), problems=[problem])
    action = titled(actions, "Fix: Undefined name")
    assert action.kind == types.CodeActionKind.QuickFix
    assert list(action.diagnostics or ()) == [problem]
    sglang.script = ["```python\ndef twice(value):\n    value = value * 2\n    return value\n```"]
    resolved = await document.client.code_action_resolve_async(action)
    document.apply(resolved.edit)
    assert str(document.text) == CODE.replace("vlaue", "value")


async def test_without_a_diagnostic_there_is_no_fix(document: OpenDocument):
    actions = await document.actions(Point(7, 11))
    assert not [each for each in actions if each.kind == types.CodeActionKind.QuickFix]


async def test_what_needs_no_model_asks_none_and_needs_no_confirmation(
    document: OpenDocument, sglang: FakeSGLang
):
    action = titled(await document.actions(Point(1, 5)), "Inline")
    assert action.kind == "refactor.inline"
    known = len(document.client.progress_reports)
    resolved = await document.client.code_action_resolve_async(action)
    notes = resolved.edit.change_annotations or {}
    assert not any(note.needs_confirmation for note in notes.values())
    document.apply(resolved.edit)
    assert "return width * height" in str(document.text)
    assert not sglang.requests
    assert len(document.client.progress_reports) == known


async def test_what_cannot_be_done_is_named_where_the_editor_shows_it(document: OpenDocument):
    by_hand = await document.actions(Point(6, 5))
    resting = await document.actions(Point(6, 5), by_hand=False)
    disabled = [each for each in by_hand if each.disabled is not None]
    support = document.client.capabilities.text_document.code_action.disabled_support
    assert bool(disabled) == bool(support)
    assert all(each.disabled.reason.endswith(".") and each.data is None for each in disabled)
    assert not [each for each in resting if each.disabled is not None]


async def test_an_explanation_is_a_document_beside_the_code(
    document: OpenDocument, sglang: FakeSGLang
):
    action = titled(await document.actions(Point(1, 5), only=["refactor"]), "Explain")
    sglang.script = ["It **multiplies** two numbers."]
    resolved = await document.client.code_action_resolve_async(action)
    assert resolved.edit is None
    shown = document.client.shown_documents[-1]
    assert not shown.external
    assert "It **multiplies** two numbers." in private_text(shown.uri)


async def test_tests_come_in_a_new_file(editor: Editor, sglang: FakeSGLang, tmp_path: Path):
    source = tmp_path / "my shapes.py"
    document = OpenDocument(editor, Text.parse(CODE), uri=source.as_uri())
    action = titled(await document.actions(Point(0, 5), only=["refactor"]), "Write tests")
    text = "from shapes import area\n\n\ndef test_area():\n    assert area(2, 3) == 6\n"
    sglang.script = [f"```python\n{text}```"]
    resolved = await editor.code_action_resolve_async(action)
    create, insert = resolved.edit.document_changes
    assert isinstance(create, types.CreateFile)
    assert create.uri == (tmp_path / "test_my shapes.py").as_uri()
    assert create.options is not None
    assert not create.options.overwrite
    assert insert.text_document.uri == create.uri
    assert [each.new_text for each in insert.edits] == [text]


def private_text(uri: str) -> str:
    """Return the text of a file that nobody else can read."""
    file = Path(unquote(urlsplit(uri).path))
    assert file.parent.stat().st_mode & 0o077 == 0
    return file.read_text("utf-8")
