"""Code actions as VS Code and Neovim see them: listed, resolved, applied, undone, declined."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled

from fimls.backend.base import Priority
from fimls.text import Point, Text
from support.clients import EDITORS, Editor, OpenDocument, editor_fixture, options
from support.fake_sglang import FakeSGLang, Hold, HttpError

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUSTOM = {
    "shout": {"title": "Shout", "prompt": "Write it in capitals.", "checks": []},
    "careful": {"title": "Be careful", "prompt": "Add a check.", "languages": ["python"]},
    "sort": {"title": "Sort", "prompt": "Sort it.", "kind": "source.sort", "checks": []},
    "go": {"title": "Go on", "prompt": "Go.", "languages": ["go"]},
    "broken": {"title": "", "prompt": "x"},
}

REVIEW = " (by a model, to review)"
"""What a title says of an action behind whose edit there is nothing but the model."""

editor = editor_fixture(lambda url: options(url, refactor={"custom": CUSTOM}))

CODE = "# 😀 é\r\nfirst = 1\r\nsecond = '😀', 2\r\nthird = 3\r\n"


@pytest.fixture
def document(editor: Editor) -> OpenDocument:
    return OpenDocument(editor, Text.parse(CODE))


async def listed(document: OpenDocument, title: str) -> types.CodeAction:
    actions = await document.actions(Point(2, 0), Point(2, 3))
    return next(each for each in actions if each.title == f"{title}{REVIEW}")


def resolve(document: OpenDocument, action: types.CodeAction, msg_id: str) -> asyncio.Future[Any]:
    work = document.client.protocol.send_request_async("codeAction/resolve", action, msg_id=msg_id)
    return asyncio.ensure_future(work)


async def test_the_capability_is_announced(editor: Editor):
    announced = editor.announced.code_action_provider
    assert isinstance(announced, types.CodeActionOptions)
    assert announced.resolve_provider is True
    assert {"refactor.rewrite", "source.sort"} <= set(announced.code_action_kinds or ())
    commands = editor.announced.execute_command_provider
    assert commands is not None
    assert set(commands.commands) == {"fimls.rewrite", "fimls.carryOut"}


async def test_what_is_wrong_with_an_action_of_the_user_is_said(
    editor: Editor, document: OpenDocument
):
    await document.actions(Point(0, 0))  # messages before its answer have arrived with it
    assert any("refactor.custom.broken" in each.message for each in editor.messages)


async def test_listing_asks_nobody(document: OpenDocument, sglang: FakeSGLang):
    actions = await document.actions(Point(2, 0), Point(2, 3))
    titles = [each.title.removesuffix(REVIEW) for each in actions]
    assert [t for t in titles if t in ("Shout", "Be careful", "Sort")] == [
        "Shout",
        "Be careful",
        "Sort",
    ]
    assert "Go on" not in titles
    assert all(each.edit is None and each.command is None for each in actions)
    assert all(len(str(each.data)) < 300 for each in actions)
    assert not sglang.requests


@pytest.mark.parametrize(
    ("only", "titles"),
    [
        (["refactor"], ["Shout", "Be careful"]),
        (["refactor.rewrite"], ["Shout", "Be careful"]),
        (["refactor.rewrite.x"], []),
        (["source"], ["Sort"]),
        ([""], ["Shout", "Be careful", "Sort"]),
    ],
)
async def test_only_the_kinds_that_are_asked_for(
    document: OpenDocument, only: list[str], titles: list[str]
):
    actions = await document.actions(Point(2, 0), only=only)
    ours = {str(each["title"]) for each in CUSTOM.values()}
    listed = [each.title.removesuffix(REVIEW) for each in actions]
    assert [each for each in listed if each in ours] == titles


async def test_list_resolve_apply_undo(document: OpenDocument, sglang: FakeSGLang):
    action = await listed(document, "Shout")
    sglang.script = ["```python\n", "SECOND = ", "'😀', 2\n", "```"]
    resolved = await document.client.code_action_resolve_async(action)
    assert resolved.edit is not None
    before = document.apply(resolved.edit)
    assert str(document.text) == CODE.replace("second", "SECOND")
    document.undo(before)
    assert str(document.text) == CODE
    (body,) = sglang.requests
    assert body["priority"] == Priority.CODE_ACTION
    assert body["stream"] is True


async def test_the_edit_is_of_whole_lines_in_the_shape_that_the_editor_takes(
    document: OpenDocument, sglang: FakeSGLang
):
    action = await listed(document, "Shout")
    sglang.script = ["second = '😀', 3"]
    resolved = await document.client.code_action_resolve_async(action)
    where = types.Range(types.Position(2, 0), types.Position(3, 0))
    line = "second = '😀', 3\r\n"
    edit = resolved.edit
    assert edit is not None
    if document.client.encoding == EDITORS["neovim"]:  # its record declares only this
        assert edit.changes == {document.uri: (types.TextEdit(where, line),)}
        return
    (change,) = edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == document.version
    (each,) = change.edits
    assert isinstance(each, types.AnnotatedTextEdit)
    assert (each.range, each.new_text) == (where, line)
    annotation = (edit.change_annotations or {})[each.annotation_id]
    assert (annotation.label, annotation.needs_confirmation) == (f"Shout{REVIEW}", True)


async def test_progress_shows_the_text_so_far(document: OpenDocument, sglang: FakeSGLang):
    action = await listed(document, "Shout")
    known = set(document.client.progress_reports)
    sglang.script = [0.1, "```\nSECOND", 0.2, " = 2", 0.2, "\nMORE = 3", 0.2, "\n```"]
    await document.client.code_action_resolve_async(action)
    (token,) = set(document.client.progress_reports) - known
    begin, *reports, end = document.client.progress_reports[token]
    assert isinstance(begin, types.WorkDoneProgressBegin)
    assert (begin.title, begin.cancellable) == ("Shout", True)
    assert any("SECOND = 2" in (report.message or "") for report in reports)
    assert isinstance(end, types.WorkDoneProgressEnd)


async def test_a_document_that_moves_meanwhile_is_left_alone(
    document: OpenDocument, sglang: FakeSGLang
):
    action = await listed(document, "Shout")
    sglang.script = ["SECOND", Hold(), " = ", Hold(), "2"]
    answer = resolve(document, action, document.uri)
    await asyncio.to_thread(sglang.wait_started)
    document.edit(Point(0, 0), Point(0, 0), "# more\r\n")
    await document.actions(Point(0, 0))  # the edit has arrived when this is answered
    sglang.release()
    with pytest.raises(JsonRpcException) as declined:
        await answer
    assert declined.value.code == types.LSPErrorCodes.ContentModified
    await asyncio.to_thread(sglang.wait_aborted)  # nobody waits for the rest


async def test_a_document_that_moved_before_is_not_asked_about(
    document: OpenDocument, sglang: FakeSGLang
):
    action = await listed(document, "Shout")
    document.edit(Point(0, 0), Point(0, 0), "# more\r\n")
    with pytest.raises(JsonRpcException) as declined:
        await document.client.code_action_resolve_async(action)
    assert declined.value.code == types.LSPErrorCodes.ContentModified
    assert not sglang.requests


async def test_cancelling_the_request_frees_the_engine(document: OpenDocument, sglang: FakeSGLang):
    action = await listed(document, "Shout")
    sglang.script = ["SECOND", Hold()]
    answer = resolve(document, action, document.uri)
    await asyncio.to_thread(sglang.wait_started)
    document.client.cancel_request(types.CancelParams(id=document.uri))
    with pytest.raises(JsonRpcRequestCancelled):
        await answer
    await asyncio.to_thread(sglang.wait_aborted)
    await asyncio.to_thread(sglang.wait_ended)


async def test_cancelling_the_progress_frees_the_engine(document: OpenDocument, sglang: FakeSGLang):
    action = await listed(document, "Shout")
    known = set(document.client.progress_reports)
    sglang.script = ["SECOND", Hold()]
    answer = resolve(document, action, document.uri)
    await asyncio.to_thread(sglang.wait_started)
    while not (new := set(document.client.progress_reports) - known):
        await asyncio.sleep(0.01)
    (token,) = new
    while not document.client.progress_reports[token]:
        await asyncio.sleep(0.01)
    document.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
    with pytest.raises(JsonRpcException) as cancelled:
        await answer
    assert cancelled.value.code == types.LSPErrorCodes.RequestCancelled
    await asyncio.to_thread(sglang.wait_aborted)
    await asyncio.to_thread(sglang.wait_ended)


async def test_an_answer_that_breaks_the_code_is_repaired_once(
    document: OpenDocument, sglang: FakeSGLang
):
    action = await listed(document, "Be careful")
    sglang.scripts = [["second = ("], ["second = (2)"]]
    resolved = await document.client.code_action_resolve_async(action)
    document.apply(resolved.edit)
    assert str(document.text) == CODE.replace("'😀', 2", "(2)")
    first, second = (body["input_ids"] for body in sglang.requests)
    assert second[: len(first)] == first, "what was read for the first answer is read again"


async def test_no_safe_edit_is_an_action_without_one_and_a_reason(
    document: OpenDocument, sglang: FakeSGLang
):
    action = await listed(document, "Be careful")
    sglang.script = ["second = ("]
    known = len(document.client.messages)
    resolved = await document.client.code_action_resolve_async(action)
    assert resolved.edit is None
    assert len(sglang.requests) == 2
    (message,) = document.client.messages[known:]
    assert "No safe edit found: " in message.message
    disabled = document.client.capabilities.text_document.code_action.disabled_support
    assert (resolved.disabled is not None) == bool(disabled)


async def test_an_answer_without_end_is_no_answer(editor: Editor, sglang: FakeSGLang):
    document = OpenDocument(editor, Text.parse(CODE))
    action = await listed(document, "Shout")
    sglang.script = ["x "] * 600
    known = len(editor.messages)
    resolved = await editor.code_action_resolve_async(action)
    assert resolved.edit is None
    assert len(sglang.requests) == 1
    assert "did not come to an end" in editor.messages[known].message


async def test_an_engine_that_fails_is_one_message(document: OpenDocument, sglang: FakeSGLang):
    action = await listed(document, "Shout")
    sglang.script = [HttpError(503, {"error": {"message": "full"}})]
    known = len(document.client.messages)
    resolved = await document.client.code_action_resolve_async(action)
    assert resolved.edit is None
    assert len(document.client.messages) == known + 1


@pytest.mark.parametrize("data", [5, {}, {"uri": 1}, {"action": "shout", "start": 5}])
async def test_data_that_are_not_ours_are_declined(document: OpenDocument, data: Any):
    action = types.CodeAction(title="x", data=data)
    with pytest.raises(JsonRpcException) as declined:
        await document.client.code_action_resolve_async(action)
    assert declined.value.code == types.ErrorCodes.InvalidParams


async def test_secrets_are_not_offered_for_change(editor: Editor, sglang: FakeSGLang):
    document = OpenDocument(editor, Text.parse(CODE), uri=f"file:///{id(sglang)}/.env")
    assert await document.actions(Point(2, 0)) is None


async def test_rewriting_as_the_user_says(document: OpenDocument, sglang: FakeSGLang):
    sglang.script = ["first, third = 1, 3"]
    where = types.Range(document.position(Point(1, 0)), document.position(Point(1, 9)))
    params = types.ExecuteCommandParams(
        command="fimls.rewrite", arguments=[document.uri, where, "Make it two."]
    )
    assert await document.client.workspace_execute_command_async(params) is None
    edit = document.client.to_apply.pop().edit
    document.apply(edit)
    assert str(document.text) == CODE.replace("first = 1", "first, third = 1, 3")


async def test_progress_of_a_command_goes_where_the_editor_says(
    document: OpenDocument, sglang: FakeSGLang
):
    token = f"progress of {document.uri}"
    document.client.progress_reports[token] = []
    sglang.script = ["first = ", 0.3, "2"]
    where = types.Range(document.position(Point(1, 0)), document.position(Point(1, 9)))
    params = types.ExecuteCommandParams(
        command="fimls.rewrite",
        arguments=[document.uri, where, "Make it two."],
        work_done_token=token,
    )
    await document.client.workspace_execute_command_async(params)
    document.client.to_apply.clear()
    begin, *_, end = document.client.progress_reports[token]
    assert isinstance(begin, types.WorkDoneProgressBegin)
    assert isinstance(end, types.WorkDoneProgressEnd)


async def test_rewriting_that_finds_nothing_safe_says_so(
    document: OpenDocument, sglang: FakeSGLang
):
    sglang.script = ["first = ("]
    where = types.Range(document.position(Point(1, 0)), document.position(Point(1, 9)))
    params = types.ExecuteCommandParams(
        command="fimls.rewrite", arguments=[document.uri, where, "Break it."]
    )
    with pytest.raises(JsonRpcException, match="No safe edit found"):
        await document.client.workspace_execute_command_async(params)
    assert not document.client.to_apply


@pytest.mark.parametrize("arguments", [None, [], ["x"], ["file:///nowhere.py", {}, "Do it."]])
async def test_a_command_with_wrong_arguments_is_declined(editor: Editor, arguments: Any):
    params = types.ExecuteCommandParams(command="fimls.rewrite", arguments=arguments)
    with pytest.raises(JsonRpcException) as declined:
        await editor.workspace_execute_command_async(params)
    assert declined.value.code == types.ErrorCodes.InvalidParams


async def test_cancelling_a_command_frees_the_engine(document: OpenDocument, sglang: FakeSGLang):
    sglang.script = ["first", Hold()]
    where = types.Range(document.position(Point(1, 0)), document.position(Point(1, 9)))
    params = types.ExecuteCommandParams(
        command="fimls.rewrite", arguments=[document.uri, where, "Make it two."]
    )
    work = document.client.protocol.send_request_async(
        "workspace/executeCommand", params, msg_id=document.uri
    )
    answer = asyncio.ensure_future(work)
    await asyncio.to_thread(sglang.wait_started)
    document.client.cancel_request(types.CancelParams(id=document.uri))
    with pytest.raises(JsonRpcRequestCancelled):
        await answer
    await asyncio.to_thread(sglang.wait_aborted)
    await asyncio.to_thread(sglang.wait_ended)
