"""``textDocument/completion`` for editors that have only a menu."""

from __future__ import annotations

import asyncio

import pytest
from lsprotocol import types

from fimls.text import Point, Text
from support.caret import at_caret
from support.clients import Editor, OpenDocument, editor_fixture
from support.fake_sglang import FakeSGLang, Hold

pytestmark = pytest.mark.asyncio(loop_scope="module")

editor = editor_fixture(inline=False)


async def test_the_menu_is_announced_where_there_is_nothing_else(editor: Editor):
    announced = editor.announced.completion_provider
    assert announced is not None
    assert "." in (announced.trigger_characters or ())


async def test_an_item_replaces_the_word_it_completes(editor: Editor, sglang: FakeSGLang):
    snapshot, cursor = at_caret("s = '😀'; value = some_wo<|>\n")
    document = OpenDocument(editor, snapshot.text)
    sglang.script = ["rd(", "1)\n"]

    answer = await document.menu(cursor)

    assert answer.is_incomplete
    (item,) = answer.items
    assert item.label == "some_word(1)"
    assert item.filter_text == "some_word(1)"
    assert item.insert_text_format == types.InsertTextFormat.PlainText
    word = Point(cursor.line, cursor.column - len("some_wo"))
    assert item.text_edit == types.TextEdit(
        range=types.Range(document.position(word), document.position(cursor)),
        new_text="some_word(1)",
    )


async def test_several_lines_have_a_short_label(editor: Editor, sglang: FakeSGLang):
    document = OpenDocument(editor, Text.parse("def f():\n    "))
    sglang.script = ["if a:\n        b()\n", "\n\n\nx"]

    (item,) = (await document.menu(document.text.end)).items

    assert item.label == "if a:…"
    assert item.documentation == item.text_edit.new_text == "if a:\n        b()"


async def test_nothing_to_say_is_an_empty_list(editor: Editor, sglang: FakeSGLang):
    document = OpenDocument(editor, Text.parse("a"))
    sglang.script = [" ", "\n"]
    assert not (await document.menu(document.text.end)).items


async def test_a_document_that_moved_on_gets_no_item_for_the_older_text(
    editor: Editor, sglang: FakeSGLang
):
    document = OpenDocument(editor, Text.parse("a"))
    sglang.script = ["b", Hold(), "c\n"]
    asked = asyncio.ensure_future(document.menu(document.text.end))
    await asyncio.to_thread(sglang.wait_started)
    document.edit(document.text.end, document.text.end, "x")
    await document.actions(Point(0, 0))  # answered: the edit before it has arrived
    sglang.release()

    assert not (await asked).items
