"""``textDocument/inlineCompletion`` as VS Code (utf-16) and Neovim (utf-8) see it."""

from __future__ import annotations

import pytest
from lsprotocol import types

from fimls.text import Text
from support.caret import at_caret
from support.clients import Editor, OpenDocument, editor_fixture, nothing
from support.fake_sglang import FakeSGLang
from support.prompts import PromptReader
from support.tokenizers import FIM_HOLE

pytestmark = pytest.mark.asyncio(loop_scope="module")

editor = editor_fixture()


async def test_the_capability_is_announced(editor: Editor):
    announced = editor.announced
    assert announced.inline_completion_provider == types.InlineCompletionOptions()
    assert announced.position_encoding == editor.encoding
    sync = announced.text_document_sync
    assert isinstance(sync, types.TextDocumentSyncOptions)
    assert (sync.open_close, sync.change) == (True, types.TextDocumentSyncKind.Incremental)


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param("<|>", id="empty"),
        pytest.param("a = <|>\nb\n", id="middle"),
        pytest.param("s = '😀é中'; t = <|>\n", id="astral"),
        pytest.param("# 😀😀\n<|>", id="line-after-astral"),
        pytest.param("a\r\n# 😀\r\nb = <|>\r\nc\r\n", id="crlf"),
        pytest.param("a\rb = <|>\rc\r", id="lone-cr"),
        pytest.param("a\n\x0cb\x0bc\u2028\x85d = <|>\ne\n", id="form-feed"),
        pytest.param(f"hole = '{FIM_HOLE}' + <|>\n", id="special-token"),
    ],
)
async def test_the_answer_stands_at_the_cursor_and_the_prompt_is_the_document(
    editor: Editor,
    sglang: FakeSGLang,
    prompt_reader: PromptReader,
    marked: str,
):
    snapshot, cursor = at_caret(marked)
    document = OpenDocument(editor, snapshot.text)
    sglang.script = ["on", "e\n", "two"]
    here = document.position(cursor)
    item = types.InlineCompletionItem(insert_text="one\ntwo", range=types.Range(here, here))
    assert await document.complete(cursor) == types.InlineCompletionList(items=(item,))
    (body,) = sglang.requests
    assert prompt_reader.document(body["input_ids"]) == str(snapshot.text)


async def test_nothing_to_say_is_an_empty_list(editor: Editor, sglang: FakeSGLang):
    document = OpenDocument(editor, Text.parse("a"))
    sglang.script = [" ", "\n"]
    assert await document.complete(document.text.end) == nothing()


async def test_a_document_that_is_not_open_has_no_completion(editor: Editor, sglang: FakeSGLang):
    document = OpenDocument(editor, Text.parse("a"))
    editor.text_document_did_close(
        types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(document.uri))
    )
    assert await document.complete(document.text.end) == nothing()
    assert not sglang.requests


async def test_a_long_copy_of_another_open_file_is_not_shown(editor: Editor, sglang: FakeSGLang):
    lines = [f"    total_{name} = collected_amounts(ledger, {name!r})\n" for name in "abcdefgh"]
    document = OpenDocument(editor, Text.parse("def f():\n"))
    sglang.script = lines
    shown = await document.complete(document.text.end)
    assert "total_f" in shown.items[0].insert_text

    OpenDocument(editor, Text.parse("def g():\n" + "".join(lines)))
    assert await document.complete(document.text.end) == nothing()
