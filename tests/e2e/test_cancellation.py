"""Requests that nobody wants any more: cancelled, superseded, outdated."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled

from fimls.text import Text
from support.clients import Editor, OpenDocument, editor_fixture, nothing
from support.fake_sglang import FakeSGLang, Hold

pytestmark = pytest.mark.asyncio(loop_scope="module")

editor = editor_fixture()

METHOD = "textDocument/inlineCompletion"


@pytest.fixture
def document(editor: Editor) -> OpenDocument:
    return OpenDocument(editor, Text.parse("# 😀\nresult = "))


def ask(document: OpenDocument, msg_id: str) -> asyncio.Future[Any]:
    params = document.params(document.text.end)
    work = document.client.protocol.send_request_async(METHOD, params, msg_id=msg_id)
    return asyncio.ensure_future(work)


async def test_a_cancelled_request_ends_in_the_engine(document: OpenDocument, sglang: FakeSGLang):
    sglang.script = ["a", Hold()]
    answer = ask(document, document.uri)
    await asyncio.to_thread(sglang.wait_started)
    document.client.cancel_request(types.CancelParams(id=document.uri))
    with pytest.raises(JsonRpcRequestCancelled) as cancelled:
        await answer
    assert cancelled.value.code == -32800
    await asyncio.to_thread(sglang.wait_aborted)
    await asyncio.to_thread(sglang.wait_ended)
    assert sglang.aborted == [sglang.requests[0]["rid"]]


async def test_a_newer_request_supersedes_the_older(document: OpenDocument, sglang: FakeSGLang):
    sglang.scripts = [["older", Hold()], ["newer"]]
    older = ask(document, f"{document.uri} older")
    await asyncio.to_thread(sglang.wait_started)
    newer = ask(document, f"{document.uri} newer")
    assert await older is None
    assert (await newer).items[0].insert_text == "newer"
    await asyncio.to_thread(sglang.wait_aborted)
    assert sglang.aborted == [sglang.requests[0]["rid"]]


async def test_requests_for_two_documents_run_together(document: OpenDocument, sglang: FakeSGLang):
    other = OpenDocument(document.client, Text.parse("b"))
    sglang.scripts = [[Hold(), "first"], [Hold(), "second"]]
    first = ask(document, f"{document.uri} first")
    await asyncio.to_thread(sglang.wait_started)
    second = ask(other, f"{document.uri} second")
    await asyncio.to_thread(sglang.wait_started, count=2)
    sglang.release()
    sglang.release()
    assert [(await answer).items[0].insert_text for answer in (first, second)] == [
        "first",
        "second",
    ]


async def test_no_item_for_a_text_that_has_changed(document: OpenDocument, sglang: FakeSGLang):
    sglang.script = ["stale", Hold(), "!"]
    answer = ask(document, document.uri)
    await asyncio.to_thread(sglang.wait_started)
    document.edit(document.text.end, document.text.end, "f")
    # Answered after the change was handled, because messages are handled in their order.
    elsewhere = OpenDocument(document.client, Text.parse("b"))
    sglang.scripts = [["done"]]
    await elsewhere.complete(elsewhere.text.end)
    sglang.release()
    assert await answer == nothing()


async def test_every_key_of_fast_typing_is_answered_once(
    document: OpenDocument, sglang: FakeSGLang
):
    """As Neovim types: it does not cancel what it no longer wants."""
    sglang.scripts = [["x", Hold()] for _ in range(9)] + [["last"]]
    answers: list[asyncio.Future[Any]] = []
    for number in range(10):
        document.edit(document.text.end, document.text.end, "a")
        answers.append(ask(document, f"{document.uri} {number}"))
        await asyncio.to_thread(sglang.wait_started, count=number + 1)
    results = [await answer for answer in answers]
    assert results[:-1] == [None] * 9
    assert results[-1].items[0].insert_text == "last"
    await asyncio.to_thread(sglang.wait_ended, count=10)
