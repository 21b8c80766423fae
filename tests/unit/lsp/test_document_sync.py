"""Documents as odd editors send them: what the server has is what the editor has, or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.lsp import create_server
from fimls.lsp.document_sync import Unreadable, changed
from support.scripted import ScriptedService
from support.wire import URI, Wire, opened

HERE = {"start": {"line": 0, "character": 6}, "end": {"line": 0, "character": 7}}
NUMBERS = [0, 1, 2.0, 2**31 - 1, 2**31, 2**32 - 1, 2**53 - 1, 1.7976931348623157e308, -1, -(2**40)]


@pytest.fixture
async def wire(tmp_path: Path):
    def service(settings: Any) -> ScriptedService:
        return ScriptedService(settings, lambda query: "x")

    server = create_server(service_factory=service, user_file=tmp_path / "fimls.toml")
    async with Wire(server) as wire:
        await wire.start()
        yield wire


def change(*changes: Any, **document: Any) -> dict[str, Any]:
    identifier = {"uri": URI, "version": 2, **document}
    params = {"textDocument": identifier, "contentChanges": list(changes)}
    return {"method": "textDocument/didChange", "params": params}


async def text_after(wire: Wire, *messages: dict[str, Any]) -> str | None:
    wire.send(*messages)
    await wire.ask("fimls/statistics", {})
    document = wire.server.documents.get(URI)
    return None if document is None else str(document.text)


@pytest.mark.parametrize(
    "message",
    [
        change({"range": HERE, "text": "2"}, version=None),
        change({"range": HERE, "rangeLength": None, "text": "2"}, version=2.0),
        change({"range": HERE, "rangeLength": -4, "text": "2", "more": {}}, version="two"),
        change({"range": HERE, "text": "2"}, version=2**63),
        change({"range": [HERE["start"], HERE["end"]], "text": "2"}),
        change({"range": None, "text": "old = 2\n"}),
        change({"text": "old = 2\n", "range": None, "rangeLength": None}, version=True),
        change(None, {"range": "no", "text": 3}, {"text": "old = 2\n"}),
    ],
)
async def test_null_is_absent_in_changes(wire: Wire, message: dict[str, Any]):
    assert await text_after(wire, opened("old = 1\n"), message) == "old = 2\n"


@pytest.mark.parametrize("number", NUMBERS[3:])
@pytest.mark.parametrize("character", [0, *NUMBERS[3:]])
async def test_an_end_beyond_the_document_is_its_end(wire: Wire, number: Any, character: Any):
    where = {
        "start": {"line": 0, "character": 0},
        "end": {"line": number, "character": character},
    }
    message = change({"range": where, "text": "new"})
    assert await text_after(wire, opened("old = 1\nmore\n"), message) == "new"


@pytest.mark.parametrize(
    "item",
    [
        {"version": None},
        {"version": 2**40, "languageId": None},
        {"languageId": 3, "version": "1"},
        {"languageId": "", "extra": [1]},
    ],
)
async def test_a_document_is_opened_without_version_or_language(wire: Wire, item: dict[str, Any]):
    message = opened("old = 1\n")
    message["params"]["textDocument"] |= item
    assert await text_after(wire, message) == "old = 1\n"


UNREADABLE = [
    [{"range": HERE}],
    [{"range": HERE, "text": None}],
    [{"range": {"start": HERE["start"]}, "text": "2"}],
    [{"range": {"start": {"line": "0", "character": 6}, "end": HERE["end"]}, "text": "2"}],
    [{"range": {"start": {"line": 0.5, "character": 6}, "end": HERE["end"]}, "text": "2"}],
    [{"text": "whole"}, {"range": 7, "text": "2"}],
    ["2"],
]


@pytest.mark.parametrize("changes", UNREADABLE)
async def test_a_text_that_nobody_has_is_forgotten_until_the_next_whole_text(
    wire: Wire, changes: list[Any]
):
    assert await text_after(wire, opened("old = 1\n"), change(*changes)) is None
    request = wire.completion(0, 0)
    wire.send(request)
    assert (await wire.answer(request))["result"] == {"items": []}
    assert await text_after(wire, change({"range": HERE, "text": "2"}, version=3)) is None
    assert await text_after(wire, change({"text": "whole"}, version=4)) == "whole"
    document = wire.server.documents.get(URI)
    assert document is not None
    assert (document.language_id, document.version) == ("python", 4)


@pytest.mark.parametrize("missing", ["version", "languageId"])
async def test_what_is_missing_of_an_opened_document_keeps_no_change_from_it(
    wire: Wire, missing: str
):
    message = opened("old = 1\n")
    del message["params"]["textDocument"][missing]
    assert await text_after(wire, message) == "old = 1\n"
    later = change({"text": "new = 1\n"})
    del later["params"]["textDocument"]["version"]
    assert await text_after(wire, later) == "new = 1\n"


@pytest.mark.parametrize("text", [None, 3, ["a"]])
async def test_a_document_that_was_opened_without_a_text_is_taken_with_its_next_one(
    wire: Wire, text: Any
):
    message = opened("")
    message["params"]["textDocument"]["text"] = text
    assert await text_after(wire, message) is None
    assert await text_after(wire, change({"text": "whole"})) == "whole"


async def test_a_document_that_was_closed_stays_closed(wire: Wire):
    close = {"method": "textDocument/didClose", "params": {"textDocument": {"uri": URI}}}
    broken = change({"range": HERE})
    assert await text_after(wire, opened("a"), broken, close, change({"text": "zombie"})) is None


async def test_a_text_that_is_not_utf8_is_nobodys(wire: Wire):
    body = json.dumps({"jsonrpc": "2.0", **change({"text": "caf?"})}).encode()
    body = body.replace(b"?", b"\xe9")
    wire.send(opened("old"))
    wire._reader.feed_data(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    assert await text_after(wire) is None


async def test_control_characters_and_surrogates_stand_in_strings_as_they_are(wire: Wire):
    body = json.dumps({"jsonrpc": "2.0", **change({"text": "a?b!c"})}).encode()
    body = body.replace(b"?", b"\t\x1b\n").replace(b"!", "\ud83d".encode("utf-8", "surrogatepass"))
    wire.send(opened("old"))
    wire._reader.feed_data(b"Content-Length: %d\r\n\r\n\xef\xbb\xbf%b" % (len(body) + 3, body))
    assert await text_after(wire) == "a\t\x1b\nb\ud83dc"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["range", "text", "start", "end", "line"]), inner)
    ),
)


@given(
    st.lists(st.fixed_dictionaries({"text": JSON, "range": JSON}) | JSON, max_size=4) | JSON,
    JSON,
)
def test_any_change_is_read_or_makes_the_text_unknown(changes: Any, version: Any):
    params = {"textDocument": {"uri": URI, "version": version}, "contentChanges": changes}
    try:
        read = changed(params, version=1)
    except Unreadable:
        return
    assert len(read.content_changes) <= len(changes)
    assert 0 <= read.text_document.version < 2**31
