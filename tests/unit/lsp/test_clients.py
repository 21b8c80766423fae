"""Requests as odd clients send them, and in odd orders: one answer each, the most that can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fimls.lsp import create_server
from fimls.message_framing import FrameError
from support.scripted import ScriptedService
from support.wire import URI, Wire, opened

INITIALIZE = {"processId": None, "rootUri": None, "capabilities": {}}
FUNCTION = "def f(a):\n    return b\n"
PLACE = {"start": {"line": 1, "character": 11}, "end": {"line": 1, "character": 12}}
ACTIONS = {
    "codeAction": {
        "dataSupport": True,
        "resolveSupport": {"properties": ["edit"]},
        "codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}},
    }
}


@pytest.fixture
async def wire(tmp_path: Path):
    def service(settings: Any) -> ScriptedService:
        return ScriptedService(settings, lambda query: "x")

    server = create_server(service_factory=service, user_file=tmp_path / "fimls.toml")
    async with Wire(server) as wire:
        yield wire


def at(character: int, **more: Any) -> dict[str, Any]:
    place = {"line": 0, "character": character}
    return {"textDocument": {"uri": URI}, "position": place, **more}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"context": None},
        {"context": {}},
        *({"context": {"triggerKind": kind}} for kind in (0, 4, None, "1", 1.0)),
        {"context": {"triggerKind": 2, "triggerCharacter": None}},
        {"context": []},
    ],
)
async def test_a_menu_asks_with_any_context(wire: Wire, more: dict[str, Any]):
    await wire.start()
    wire.send(opened("value = \n"))
    answer = await wire.ask("textDocument/completion", at(8, **more))
    assert [item["label"] for item in answer["items"]] == ["x"]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"context": None},
        *({"context": {"triggerKind": kind}} for kind in (0, 3, None, "Automatic", 2.0)),
        {"context": {"triggerKind": 2, "selectedCompletionInfo": None}},
        {"context": {"triggerKind": 2, "selectedCompletionInfo": {"range": 3, "text": None}}},
        {
            "context": {
                "triggerKind": 2,
                "selectedCompletionInfo": {
                    "range": [{"line": 0, "character": 8}, {"line": 0, "character": 8}],
                    "text": "x",
                },
            }
        },
    ],
)
async def test_an_inline_completion_is_asked_for_with_any_context(wire: Wire, more: dict[str, Any]):
    await wire.start(textDocument={"inlineCompletion": {}})
    wire.send(opened("value = \n"))
    answer = await wire.ask("textDocument/inlineCompletion", at(8, **more))
    assert [item["insertText"] for item in answer["items"]] == ["x"]


@pytest.mark.parametrize("number", [2**31, 2**32 - 1, 2**53 - 1, 1e308, 8.0])
async def test_a_position_beyond_the_line_is_its_end(wire: Wire, number: Any):
    await wire.start()
    wire.send(opened("value = \n"))
    answer = await wire.ask("textDocument/inlineCompletion", at(number))
    assert answer["items"][0]["range"]["start"] == {"line": 0, "character": 8}


@pytest.mark.parametrize("end", [-1, 2**31, 2**32 - 1, 2**53 - 1, 1e308])
async def test_a_place_beyond_the_document_has_its_actions(wire: Wire, end: float):
    await wire.start(textDocument=ACTIONS)
    wire.send(opened(FUNCTION))
    beyond = {"start": PLACE["start"], "end": {"line": end, "character": end}}
    if end < 0:
        beyond = {"start": beyond["end"], "end": PLACE["end"]}
    params = {"textDocument": {"uri": URI}, "context": {"diagnostics": []}}
    assert await wire.ask("textDocument/codeAction", {**params, "range": beyond})


@pytest.mark.parametrize(
    "uri",
    ["zip://[abc]/x.py", "http://[::1/a.py", "x://exa\uff1ample/a.py", "file:///a?b/#c\\d.py"],
)
async def test_a_document_is_completed_whatever_its_uri(wire: Wire, uri: str):
    await wire.start(textDocument={"inlineCompletion": {}})
    wire.send(opened("value = \n", uri=uri))
    place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 8}}
    asked = {**place, "context": {"triggerKind": 2}}
    assert (await wire.ask("textDocument/inlineCompletion", asked))["items"]
    assert not wire.shown()


DIAGNOSTIC = {"range": PLACE, "message": "Undefined name `b`"}
ODD = [
    {**DIAGNOSTIC, "range": {"start": PLACE["start"], "end": {"line": 1, "character": 2**32 - 1}}},
    {**DIAGNOSTIC, "range": {"start": {"line": -1, "character": -1}, "end": PLACE["end"]}},
    {**DIAGNOSTIC, "severity": 0},
    {**DIAGNOSTIC, "severity": "error", "source": 3, "code": 2.5},
    {**DIAGNOSTIC, "tags": [1, 2, 3]},
    {**DIAGNOSTIC, "code": {"value": "x", "target": "https://example.org"}},
    {**DIAGNOSTIC, "code": 2**40},
    {**DIAGNOSTIC, "message": {"kind": "markdown", "value": "**x**"}},
    {**DIAGNOSTIC, "message": None, "data": [1, {"range": None}]},
    {**DIAGNOSTIC, "relatedInformation": [{"location": {"uri": 3}}]},
    {"message": "x"},
    None,
]


@pytest.mark.parametrize("context", [None, {}, *({"diagnostics": [odd]} for odd in ODD)])
async def test_one_odd_diagnostic_takes_no_action_away(wire: Wire, context: Any):
    await wire.start(textDocument=ACTIONS)
    wire.send(opened(FUNCTION))
    params = {"textDocument": {"uri": URI}, "range": PLACE}
    plain = await wire.ask("textDocument/codeAction", {**params, "context": {"diagnostics": []}})
    answer = await wire.ask("textDocument/codeAction", {**params, "context": context})
    assert plain
    assert {each["title"] for each in plain} <= {each["title"] for each in answer}


@pytest.mark.parametrize(
    "params",
    [
        {"rootUri": "http://[::1/a"},
        {"rootUri": "x://exa\uff0fmple/a", "workspaceFolders": [{"uri": "zip://[a]b", "name": ""}]},
        {"rootUri": 3, "rootPath": ["a"], "workspaceFolders": [{"name": "a"}, None]},
        {"processId": -1, "locale": 3, "trace": "loud", "clientInfo": {"name": None}},
        {"processId": 2**40, "workspaceFolders": "none"},
        {"capabilities": None},
        {
            "capabilities": {
                "workspace": {"symbol": {"symbolKind": {"valueSet": [*range(1, 40)]}}},
                "textDocument": {
                    "completion": {"completionItem": {"tagSupport": {"valueSet": [1, 2, 3]}}},
                    "foldingRange": {"rangeLimit": 1e300},
                },
                "general": {"positionEncodings": ["utf-8-lines", 7, "utf-32"]},
            }
        },
    ],
)
async def test_initialize_is_answered_whatever_it_declares(wire: Wire, params: dict[str, Any]):
    request = wire.request("initialize", {**INITIALIZE, **params})
    wire.send(request)
    assert (await wire.answer(request))["result"]["capabilities"]
    wire.send(opened("value = \n"))
    assert (await wire.ask("textDocument/completion", at(8)))["items"]


async def test_before_initialize_requests_are_refused_and_notifications_dropped(wire: Wire):
    request = wire.completion(0, 0)
    wire.send(opened("a"), request)
    assert (await wire.answer(request))["error"]["code"] == -32002
    await wire.start()
    assert not wire.server.documents.all()


async def test_a_second_initialize_is_refused_and_changes_nothing(wire: Wire):
    await wire.start({"completion": {"max_lines": 3}})
    request = wire.request("initialize", {**INITIALIZE, "initializationOptions": {}})
    wire.send(request)
    assert (await wire.answer(request))["error"]["code"] == -32600
    assert wire.server.configuration.settings.completion.max_lines == 3


@pytest.mark.parametrize("method", ["textDocument/inlineCompletion", "shutdown", "custom/x"])
async def test_after_shutdown_requests_are_refused(wire: Wire, method: str):
    await wire.start()
    wire.send(opened("value = \n"))
    await wire.ask("shutdown", None)
    request = wire.request(method, at(8))
    wire.send(request)
    assert (await wire.answer(request))["error"]["code"] == -32600


async def test_two_requests_of_one_id_have_two_answers(wire: Wire):
    await wire.start()
    request = wire.completion(0, 8)
    wire.send(opened("value = \n"), request, request)
    await wire.ask("fimls/statistics", {})
    await wire.until(lambda _: sum(m.get("id") == request["id"] for m in wire.received) == 2)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ([], -32600),
        (None, -32600),
        ({"id": 5}, -32600),
        ({"method": 3, "id": 5}, -32600),
        ({"method": "shutdown", "id": None}, -32600),
        ({"method": "shutdown", "id": True}, -32600),
        ({"jsonrpc": "1.0", "method": "shutdown", "id": 5}, -32600),
    ],
)
async def test_what_is_no_message_is_said_and_the_next_one_taken(
    wire: Wire, message: Any, code: int
):
    await wire.start()
    wire.server.protocol.take(message)
    answer = await wire.until(lambda m: m if "error" in m else None)
    assert (answer["id"], answer["error"]["code"]) == (None, code)
    assert await wire.ask("fimls/statistics", {})


@pytest.mark.parametrize("answer", [{"result": 7}, {"result": None}, {"error": None, "result": []}])
async def test_an_answer_that_cannot_be_read_is_an_answer(wire: Wire, answer: dict[str, Any]):
    await wire.start({"completion": {"max_lines": 3}}, workspace={"configuration": True})
    wire.send({"method": "workspace/didChangeConfiguration", "params": {"settings": None}})
    question = await wire.until(lambda m: m if m.get("method") == "workspace/configuration" else 0)
    wire.send({"id": question["id"], **answer})
    assert await wire.ask("fimls/statistics", {})
    assert all(each.done() for each in wire.server.protocol._request_futures.values())
    assert wire.server.configuration.settings.completion.max_lines == 3


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Length: many\r\n\r\n{}",
        b"Content-Length:\r\n",
        b"Host: here\r\n\r\n{}",
        b'{"jsonrpc": "2.0"',
        b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        b"Content-Length: 99999999999\r\n\r\n",
    ],
)
async def test_a_header_that_is_none_is_said_and_ends_the_session(tmp_path: Path, data: bytes):
    wire = Wire(create_server(user_file=tmp_path / "fimls.toml"))
    await wire.__aenter__()
    wire._reader.feed_data(data)
    answer = await wire.until(lambda m: m if "error" in m else None)
    assert answer["error"]["code"] == -32700
    assert wire.shown()
    with pytest.raises(FrameError):
        await wire._loop
    await wire.server.aclose()
