"""An engine that fails: an empty list for every request, one sentence for every cause."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from lsprotocol import types

from fimls.text import Text
from support.clients import Editor, OpenDocument, editor_fixture, nothing, options
from support.fake_sglang import Drop, FakeSGLang, Hold, HttpError, Raw, StreamError

pytestmark = pytest.mark.asyncio(loop_scope="module")

editor = editor_fixture()

NOWHERE = "http://127.0.0.1:9"
"""The discard port, where nothing listens."""


@pytest.fixture
def document(editor: Editor) -> OpenDocument:
    return OpenDocument(editor, Text.parse("# 😀\nresult = "))


def configure(client: Editor, url: str, **tables: Any) -> None:
    """Send settings that differ from all before, so that causes are shown again."""
    settings = options(url, **tables)
    settings["engine"]["extra_key"] = uuid.uuid4().hex
    client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        pytest.param([HttpError(503, {"error": "full"})], "", id="503"),
        pytest.param([HttpError(500, "oops")], "", id="500"),
        pytest.param([HttpError(401, {"error": "Unauthorized"})], "key", id="401"),
        pytest.param([HttpError(400, {"error": {"message": "no"}})], "", id="400"),
        pytest.param(["a", Drop()], "", id="broken-stream"),
        pytest.param([Raw(b"data: nonsense\n\n")], "", id="nonsense"),
        pytest.param([StreamError("too long")], "", id="error-in-stream"),
        pytest.param([Hold()], "200 ms", id="slow"),
    ],
)
async def test_a_failing_engine_is_one_message_and_empty_lists(
    document: OpenDocument, sglang: FakeSGLang, script: Any, sentence: str
):
    client = document.client
    configure(client, sglang.url, completion={"deadline_ms": 200} if script == [Hold()] else {})
    before = len(client.messages)
    sglang.script = script
    answers = [await document.complete(document.text.end) for _ in range(3)]
    assert answers == [nothing()] * 3
    (message,) = client.messages[before:]
    assert message.type == types.MessageType.Warning
    assert sentence in message.message
    assert message.message.count("\n") == 0

    configure(client, sglang.url)
    sglang.script = ["again"]
    assert (await document.complete(document.text.end)).items[0].insert_text == "again"
    assert len(client.messages) == before + 1


async def test_an_engine_that_is_down_is_one_message_until_it_is_up(
    document: OpenDocument, sglang: FakeSGLang
):
    client = document.client
    configure(client, NOWHERE)
    before = len(client.messages)
    assert [await document.complete(document.text.end) for _ in range(3)] == [nothing()] * 3
    (message,) = client.messages[before:]
    assert NOWHERE in message.message
    configure(client, sglang.url)
    assert (await document.complete(document.text.end)).items
    assert len(client.messages) == before + 1


async def test_an_engine_whose_tokenizer_is_missing_is_one_message(
    document: OpenDocument, sglang: FakeSGLang, tmp_path: Any
):
    client = document.client
    configure(client, sglang.url, model={"tokenizer": str(tmp_path)})
    before = len(client.messages)
    assert [await document.complete(document.text.end) for _ in range(2)] == [nothing()] * 2
    (message,) = client.messages[before:]
    assert str(tmp_path) in message.message


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("127.0.0.1:30000", "http://"),
        ("localhost:30000", "http://"),
        ("ws://127.0.0.1:30000", "http://"),
        ("", "http://"),
        ("http://127.0.0.1:99999", "65535"),
    ],
)
async def test_an_address_that_is_none_is_one_sentence_and_no_other_engine_is_asked(
    document: OpenDocument, url: str, says: str
):
    client = document.client
    before = len(client.messages)
    configure(client, url)
    for _ in range(3):
        assert await document.complete(document.text.end) == nothing()
    (message,) = client.messages[before:]
    assert "engine.url" in message.message
    assert says in message.message
    assert "No SGLang engine answers" not in message.message


@pytest.mark.parametrize("around", [" {} ", "{}\n", "\t{}/\r\n"])
async def test_what_stands_around_an_address_makes_no_difference(
    document: OpenDocument, sglang: FakeSGLang, around: str
):
    sglang.script = ["well"]
    configure(document.client, around.format(sglang.url))
    (item,) = (await document.complete(document.text.end)).items
    assert item.insert_text == "well"
