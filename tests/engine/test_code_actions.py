"""Code actions on the real engine. The embedded model's answers are rubbish, and are refused.

What is applied here are answers that a regular expression allows: the engine's structured output
makes even this model write them.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled

from fimls.backend.base import Backend, Chunk, GenerateRequest, Usage
from fimls.backend.factory import engine_for
from fimls.prompt import ChatTemplate, PromptTokenizer
from fimls.refactor import Refusal
from fimls.refactor.checks import parses
from fimls.refactor.custom_actions import CustomAction
from fimls.refactor.service import RefactorService
from fimls.settings import Layer, RefactorSettings, resolve
from fimls.text import Point, Text
from support.clients import Editor, OpenDocument, editor_fixture, options
from support.real_engines import RealEngine, until_busy
from support.selecting import select

pytestmark = [
    pytest.mark.engine,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("serving"),
]

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
    lambda url: options(url, refactor={"custom": CUSTOM, **LIMITS}), engine="serving"
)
patient = editor_fixture(
    lambda url: options(url, refactor={"custom": CUSTOM, **LONG}),
    engine="serving",
    editors=["neovim"],
)

CODE = "# 😀\r\nfirst = 1\r\nsecond = 2\r\n"


async def listed(document: OpenDocument, title: str) -> types.CodeAction:
    actions = await document.actions(Point(2, 0), Point(2, 3))
    return next(each for each in actions if each.title.startswith(title))


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


async def test_rubbish_is_refused_with_a_reason(editor: Editor, serving: RealEngine):
    document = OpenDocument(editor, Text.parse(CODE))
    known = len(editor.messages)
    resolved = await editor.code_action_resolve_async(await listed(document, "Rewrite freely"))
    if serving.program != "sglang" and resolved.edit is not None:
        return  # a real model may well write what can be used
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


async def test_cancelling_leaves_nothing_in_the_engine(patient: Editor, serving: RealEngine):
    document = OpenDocument(patient, Text.parse(CODE))
    action = await listed(document, "Rewrite freely")
    work = patient.protocol.send_request_async("codeAction/resolve", action, msg_id="resolving")
    answer = asyncio.ensure_future(work)
    await some_progress(patient)
    await until_busy(serving, 1)
    patient.cancel_request(types.CancelParams(id="resolving"))
    with pytest.raises(JsonRpcRequestCancelled):
        await answer
    await until_busy(serving, 0)


async def some_progress(editor: Editor) -> None:
    """Wait until the engine has written something."""
    known = {token: len(reports) for token, reports in editor.progress_reports.items()}
    async with asyncio.timeout(60):
        while not any(
            isinstance(report, types.WorkDoneProgressReport)
            for token, reports in editor.progress_reports.items()
            for report in reports[known.get(token, 0) :]
        ):
            await asyncio.sleep(0.02)


class Counted:
    """The engine, and what it counted for each answer."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.usages: list[Usage] = []

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        usage = Usage()
        async with aclosing(self._backend.stream(request)) as chunks:
            async for chunk in chunks:
                usage = chunk.usage
                yield chunk
        self.usages.append(usage)


async def test_the_engine_reads_a_file_once_for_all_that_is_asked_about_it(serving: RealEngine):
    # A loaded machine reads some ten tokens a second with a real model.
    table = {**serving.settings, "extra_key": uuid.uuid4().hex, "read_timeout_ms": 300_000}
    settings, _ = resolve([Layer(name="test", values={"engine": table})])
    backend = engine_for(settings.engine)
    counted: Any = Counted(backend)
    info = await backend.model_info()
    service = RefactorService(
        backend=counted,
        chat=await ChatTemplate.of(PromptTokenizer.load(info.tokenizer_path)),
        settings=RefactorSettings(max_new_tokens=512, deadline_ms=600_000),
        context_length=info.context_length,
    )
    lines = [f"value_{number} = compute(first, {number})\n" for number in range(120)]
    for line, name in ((20, "one"), (90, "two")):
        marked = [*lines]
        marked[line] = f"<[{lines[line][:-1]}]>\n"
        selection = select("".join(marked))
        action = CustomAction(
            name=name, title=name, prompt=f"Do {name}.", regex=f"{name} [(]", checks=(parses,)
        )
        target = action.find(selection)
        assert target is not None
        outcome = await service.carry_out(action, selection, target)
        assert isinstance(outcome, Refusal)  # after a repair
    await backend.aclose()

    first, repair, second, _ = counted.usages
    assert first.prompt_tokens > 1_000
    assert first.cached_tokens < 10
    # The repair reads the first answer and the complaint, the other action what follows the file.
    assert repair.prompt_tokens - repair.cached_tokens < 100
    assert second.prompt_tokens - second.cached_tokens < 150
