"""The small editor of `fimls demo`, with the real server."""

from __future__ import annotations

from fimls.lsp.editor_client import EditorClient
from fimls.text import Point
from support.clients import options
from support.fake_sglang import FakeSGLang
from support.prompts import PromptReader


async def test_typing_and_what_it_cost(sglang: FakeSGLang, prompt_reader: PromptReader):
    sglang.scripts = [["a", "b"], []]
    async with EditorClient.start(options(sglang.url)) as editor:
        editor.open("file:///a.py", "python", "# 😀\n", Point(1, 0))
        for key in ("x", " = ", "1\n", "y = "):
            editor.type(key)
        assert editor.cursor == Point(2, 4)
        shown = await editor.complete()
        assert shown
        assert shown.text == "ab"
        ids = sglang.requests[0]["input_ids"]
        assert prompt_reader.document(ids) == str(editor.text) == "# 😀\nx = 1\ny = "
        assert (shown.usage["promptTokens"], shown.usage["completionTokens"]) == (len(ids), 2)
        assert 0 < shown.usage["firstTokenMs"] <= shown.usage["totalMs"]
        assert await editor.complete() is None
