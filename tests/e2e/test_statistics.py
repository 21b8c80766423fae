"""``fimls/statistics``: what became of suggestions, by the edits that followed."""

from __future__ import annotations

import pytest

from fimls.text import Text
from support.clients import Editor, OpenDocument, editor_fixture
from support.fake_sglang import FakeSGLang

pytestmark = pytest.mark.asyncio(loop_scope="module")

editor = editor_fixture()


async def test_outcomes_are_counted(editor: Editor, sglang: FakeSGLang):
    document = OpenDocument(editor, Text.parse("a = \n"))
    sglang.script = ["f(x)\n"]
    cursor = document.text.end._replace(line=0, column=4)
    answer = await document.complete(cursor)
    document.edit(cursor, cursor, answer.items[0].insert_text)
    second = document.text.end
    await document.complete(second)
    document.edit(second, second, "other")

    report = await editor.protocol.send_request_async("fimls/statistics", {})

    assert report.requests.answered == 2
    assert report.outcomes.full.engine == 1
    assert report.outcomes.rejected.engine == 1
    assert "f(x)" not in str(report)
