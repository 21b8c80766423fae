"""``fimls/prompt``: what would be sent, shown to whoever asks."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from pygls.exceptions import JsonRpcException

from fimls.prompt import PromptTokenizer
from fimls.text import Text
from support.clients import Editor, OpenDocument, editor_fixture, options
from support.fake_sglang import FakeSGLang

pytestmark = pytest.mark.asyncio(loop_scope="module")

editor = editor_fixture(lambda url: options(url, prompt={"layout": "held"}))


async def ask(document: OpenDocument, line: int, column: int) -> Any:
    position = document.position(document.text.end._replace(line=line, column=column))
    params = {
        "textDocument": {"uri": document.uri},
        "position": {"line": position.line, "character": position.character},
    }
    return await document.client.protocol.send_request_async("fimls/prompt", params)


async def test_it_is_what_a_completion_sends(
    editor: Editor, sglang: FakeSGLang, tokenizer_folder: Path
):
    document = OpenDocument(editor, Text.parse("# 😀 é\nreturn val\n"))

    shown = await ask(document, 1, len("return val"))

    assert sglang.requests == []
    assert shown.text.startswith("<｜begin▁of▁sentence｜><｜fim▁begin｜># 😀 é\n")
    assert shown.fragment
    assert "return val".endswith(shown.fragment)
    sglang.script = [shown.fragment, "ue"]
    await document.complete(document.text.end._replace(line=1, column=len("return val")))
    assert shown.tokens == len(sglang.requests[0]["input_ids"])
    tokenizer = PromptTokenizer.load(str(tokenizer_folder))
    assert shown.text == tokenizer.decode(sglang.requests[0]["input_ids"])
    assert shown.model == sglang.model_path


async def test_no_prompt_is_shown_of_what_is_never_sent(editor: Editor, sglang: FakeSGLang):
    secret = OpenDocument(editor, Text.parse("KEY=1\n"), uri=f"file:///{uuid.uuid4().hex}/.env")

    with pytest.raises(JsonRpcException, match=r"completion\.exclude_files has it"):
        await ask(secret, 0, 1)


async def test_what_cannot_be_answered_says_why(editor: Editor, sglang: FakeSGLang):
    for params, why in [
        (
            {"textDocument": {"uri": "file:///no.py"}, "position": {"line": 0, "character": 0}},
            "not open",
        ),
        ({"textDocument": {}}, "lacks a document or a position"),
        (None, "lacks a document or a position"),
    ]:
        with pytest.raises(JsonRpcException, match=why) as caught:
            await editor.protocol.send_request_async("fimls/prompt", params)
        assert caught.value.code == -32803
