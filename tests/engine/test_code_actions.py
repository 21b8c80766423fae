"""Code actions on the real engine. The embedded model's answers are rubbish, and are refused.

What is applied here are answers that a regular expression allows: the engine's structured output
makes even this model write them.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled

from fimls.backend.sglang import SGLangBackend
from fimls.text import Point, Text
from support.clients import Editor, OpenDocument, editor_fixture, options

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="module")]

CUSTOM = {
    "number": {
        "title": "Set a number",
        "prompt": "Set it to another number.",
        "regex": "second = [1-9]{3}",
        "checks": [],
    },
    "free": {"title": "Rewrite freely", "prompt": "Write it in another way."},
}
LIMITS = {"max_new_tokens": 64}
LONG = {"max_new_tokens": 1_000, "context_tokens": 256}

editor = editor_fixture(
    lambda url: options(url, refactor={"custom": CUSTOM, **LIMITS}), engine="engine"
)
patient = editor_fixture(
    lambda url: options(url, refactor={"custom": CUSTOM, **LONG}),
    engine="engine",
    editors=["neovim"],
)

CODE = "# 😀\r\nfirst = 1\r\nsecond = 2\r\n"


async def listed(document: OpenDocument, title: str) -> types.CodeAction:
    actions = await document.actions(Point(2, 0), Point(2, 3))
    return next(each for each in actions if each.title == title)


async def test_list_resolve_apply_undo(editor: Editor):
    document = OpenDocument(editor, Text.parse(CODE))
    resolved = await editor.code_action_resolve_async(await listed(document, "Set a number"))
    assert resolved.edit is not None
    before = document.apply(resolved.edit)
    changed = str(document.text)
    assert changed.startswith("# 😀\r\nfirst = 1\r\nsecond = ")
    assert changed.endswith("\r\n")
    assert len(changed) == len(CODE) + 2
    document.undo(before)
    assert str(document.text) == CODE


async def test_rubbish_is_refused_with_a_reason(editor: Editor):
    document = OpenDocument(editor, Text.parse(CODE))
    known = len(editor.messages)
    resolved = await editor.code_action_resolve_async(await listed(document, "Rewrite freely"))
    assert resolved.edit is None
    assert "No safe edit found: " in editor.messages[known].message


async def test_a_document_that_moves_while_the_engine_writes_is_left_alone(patient: Editor):
    document = OpenDocument(patient, Text.parse(CODE))
    action = await listed(document, "Rewrite freely")
    answer = asyncio.ensure_future(patient.code_action_resolve_async(action))
    await some_progress(patient)
    document.edit(Point(0, 0), Point(0, 0), "# more\r\n")
    with pytest.raises(JsonRpcException) as declined:
        await answer
    assert declined.value.code == types.LSPErrorCodes.ContentModified


async def test_cancelling_leaves_nothing_in_the_engine(patient: Editor, engine: Any):
    document = OpenDocument(patient, Text.parse(CODE))
    action = await listed(document, "Rewrite freely")
    work = patient.protocol.send_request_async("codeAction/resolve", action, msg_id="resolving")
    answer = asyncio.ensure_future(work)
    await some_progress(patient)
    backend = SGLangBackend(engine.url)
    assert await backend.running_requests() == 1
    patient.cancel_request(types.CancelParams(id="resolving"))
    with pytest.raises(JsonRpcRequestCancelled):
        await answer
    async with asyncio.timeout(5):
        while await backend.running_requests():
            await asyncio.sleep(0.02)
    await backend.aclose()


async def some_progress(editor: Editor) -> None:
    """Wait until the engine has written something."""
    known = {token: len(reports) for token, reports in editor.progress_reports.items()}
    async with asyncio.timeout(20):
        while not any(
            isinstance(report, types.WorkDoneProgressReport)
            for token, reports in editor.progress_reports.items()
            for report in reports[known.get(token, 0) :]
        ):
            await asyncio.sleep(0.02)
