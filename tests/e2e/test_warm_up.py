"""The engine reads ahead where the cursor rests, and is left alone as soon as one types."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from fimls.backend.base import Priority
from fimls.lsp.warm_up import MOVED_NOTIFICATION
from fimls.text import Point, Text
from support.clients import Editor, OpenDocument, editor_fixture, options
from support.fake_sglang import FakeSGLang, Hold

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT = "\n\n\ndef first():\n    return 1\n\n\ndef second():\n    return 2\n"


def warming(url: str) -> dict[str, Any]:
    prompt = {"layout": "held", "warm_up": True, "warm_up_delay_ms": 20}
    return options(url, prompt=prompt)


editor = editor_fixture(warming)


def rest(document: OpenDocument, point: Point) -> None:
    position = document.position(point)
    params = {
        "textDocument": {"uri": document.uri},
        "position": {"line": position.line, "character": position.character},
    }
    document.client.protocol.notify(MOVED_NOTIFICATION, params)


@pytest.fixture
async def document(editor: Editor, sglang: FakeSGLang) -> OpenDocument:
    """A document whose beginning has been read."""
    opened = OpenDocument(editor, Text.parse(f"import m{uuid.uuid4().hex}{TEXT}"))
    await asyncio.to_thread(sglang.wait_ended)
    return opened


async def test_opening_reads_the_beginning(document: OpenDocument, sglang: FakeSGLang) -> None:
    (request,) = sglang.requests
    assert request["sampling_params"]["max_new_tokens"] == 0
    assert request["priority"] == Priority.WARM_UP
    await document.complete(Point(4, 0))
    prompt = sglang.requests[1]["input_ids"]
    assert "priority" not in sglang.requests[1]
    common = next(
        i for i, (a, b) in enumerate(zip(prompt, request["input_ids"], strict=False)) if a != b
    )
    assert common > 10


async def test_a_resting_cursor_has_its_prompt_read(
    document: OpenDocument, sglang: FakeSGLang
) -> None:
    rest(document, Point(4, 0))
    await asyncio.to_thread(sglang.wait_ended, count=2)
    warmed = sglang.requests[1]
    assert (warmed["sampling_params"]["max_new_tokens"], warmed["priority"]) == (
        0,
        Priority.WARM_UP,
    )
    document.edit(Point(4, 0), Point(4, 0), "x(")
    await document.complete(Point(4, 2))
    asked = sglang.requests[2]["input_ids"]
    assert asked[: len(warmed["input_ids"])] == warmed["input_ids"]


async def test_the_same_place_is_read_once(document: OpenDocument, sglang: FakeSGLang) -> None:
    await document.complete(Point(4, 0))
    rest(document, Point(4, 0))
    rest(document, Point(8, 0))
    rest(document, Point(4, 0))
    await asyncio.sleep(0.2)
    assert len(sglang.requests) == 2


async def test_typing_ends_a_warm_up_in_the_engine(
    document: OpenDocument, sglang: FakeSGLang
) -> None:
    sglang.scripts = [[Hold()]]
    sglang.script = ["ok"]
    rest(document, Point(8, 0))
    await asyncio.to_thread(sglang.wait_started, count=2)
    document.edit(Point(8, 0), Point(8, 0), "x")
    # The one before may be aborted too: it has ended in the engine, but who asked may not know yet.
    await asyncio.to_thread(sglang.wait_aborted, rid=sglang.requests[1]["rid"])


async def test_a_completion_ends_a_warm_up(document: OpenDocument, sglang: FakeSGLang) -> None:
    sglang.scripts = [[Hold()]]
    sglang.script = ["ok"]
    rest(document, Point(8, 0))
    await asyncio.to_thread(sglang.wait_started, count=2)
    answer = await document.complete(Point(4, 0))
    assert answer.items
    await asyncio.to_thread(sglang.wait_aborted)


async def test_a_broken_notification_breaks_nothing(
    document: OpenDocument, sglang: FakeSGLang
) -> None:
    document.client.protocol.notify(MOVED_NOTIFICATION, {"textDocument": {}})
    document.client.protocol.notify(MOVED_NOTIFICATION, None)
    sglang.script = ["ok"]
    assert (await document.complete(Point(4, 0))).items
