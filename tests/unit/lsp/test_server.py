"""The server in one process over a scripted service: request hygiene, told message by message."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from fimls.errors import BackendUnauthorised, BackendUnreachable, TemplateError, TokenizerError
from fimls.lsp import create_server
from fimls.settings import Settings
from fimls.text import Point
from support.scripted import ScriptedService, forever
from support.wire import URI, Wire, cancel, opened, typed

NOTHING = {"items": []}
SECRET = "password_in_the_source"


class Services:
    """A factory of scripted services that remembers them."""

    def __init__(self, act: Any = lambda query: "x"):
        self.act = act
        self.made: list[ScriptedService] = []

    def __call__(self, settings: Settings) -> ScriptedService:
        self.made.append(ScriptedService(settings, lambda query: self.act(query)))
        return self.made[-1]


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
async def wire(services: Services, tmp_path: Path):
    server = create_server(service_factory=services, user_file=tmp_path / "fimls.toml")
    async with Wire(server) as wire:
        yield wire


async def test_announces_inline_completion_and_incremental_sync(wire: Wire):
    capabilities = await wire.start(encoding="utf-8")
    assert capabilities["inlineCompletionProvider"] == {}
    assert capabilities["positionEncoding"] == "utf-8"
    assert capabilities["textDocumentSync"] == {"openClose": True, "change": 2, "save": True}


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 8), ("utf-16", 5), ("utf-32", 4)])
async def test_the_range_counts_in_the_clients_units(
    wire: Wire, services: Services, encoding: str, character: int
):
    await wire.start(encoding=encoding)
    wire.send(opened("\n# 😀é"))
    request = wire.completion(1, 99)
    wire.send(request)
    here = {"line": 1, "character": character}
    assert (await wire.answer(request))["result"] == {
        "items": [{"insertText": "x", "range": {"start": here, "end": here}}]
    }
    assert services.made[0].queries[0].cursor == Point(1, 4)


async def test_a_request_sees_every_change_before_it(wire: Wire, services: Services):
    await wire.start()
    request = wire.completion(1, 1)
    wire.send(opened("a\x0c\n"), typed(1, 0, "b", version=2), request)
    assert (await wire.answer(request))["result"]["items"]
    query = services.made[0].queries[0]
    assert (str(query.document.text), query.document.version) == ("a\x0c\nb", 2)
    assert query.automatic


async def test_a_request_whose_document_has_moved_on_at_once_costs_nothing(
    wire: Wire, services: Services
):
    await wire.start()
    request = wire.completion(0, 1)
    wire.send(opened("a"), request, typed(0, 0, "b", version=2))
    assert (await wire.answer(request))["result"] == NOTHING
    assert not any(service.queries for service in services.made)


async def test_asking_by_hand_is_not_automatic(wire: Wire, services: Services):
    await wire.start()
    request = wire.completion(0, 0, kind=1)
    wire.send(opened(""), request)
    await wire.answer(request)
    assert not services.made[0].queries[0].automatic


async def test_an_unknown_document_has_no_completion(wire: Wire, services: Services):
    await wire.start()
    request = wire.completion(0, 0)
    wire.send(
        opened("a"), {"method": "textDocument/didClose", "params": {"textDocument": {"uri": URI}}}
    )
    wire.send(request, typed(0, 0, "a", version=2))
    assert (await wire.answer(request))["result"] == NOTHING
    assert not any(service.queries for service in services.made)


async def test_a_newer_request_supersedes_the_older(wire: Wire, services: Services):
    services.act = forever
    await wire.start()
    wire.send(opened("a"))
    first, other = wire.completion(0, 1), wire.completion(0, 0, uri="file:///b.py")
    wire.send(opened("b", uri="file:///b.py"), first, other)
    await _asked(services, 2)
    services.act = lambda query: "newer"
    second = wire.completion(0, 1)
    wire.send(second)
    assert (await wire.answer(first))["result"] is None
    assert (await wire.answer(second))["result"]["items"][0]["insertText"] == "newer"
    assert services.made[0].cancelled == 1
    assert not any(m.get("id") == other["id"] for m in wire.received), "another document's request"


async def test_superseding_does_not_wait_for_the_older_to_end(wire: Wire, services: Services):
    slow_end = asyncio.Event()

    async def hard_to_stop(query: Any) -> None:
        try:
            await forever()
        finally:
            await slow_end.wait()

    services.act = hard_to_stop
    await wire.start()
    first, second = wire.completion(0, 0), wire.completion(0, 0)
    wire.send(opened(""), first)
    await _asked(services)
    services.act = lambda query: "newer"
    wire.send(second)
    assert (await wire.answer(first))["result"] is None
    assert (await wire.answer(second))["result"]["items"]
    slow_end.set()


async def test_cancelling_ends_the_work(wire: Wire, services: Services):
    services.act = forever
    await wire.start()
    request = wire.completion(0, 0)
    wire.send(opened(""), request)
    await _asked(services)
    wire.send(cancel(request))
    assert (await wire.answer(request))["error"]["code"] == -32800
    await wire.server.inflight.aclose()
    assert services.made[0].cancelled == 1


async def test_a_request_cancelled_before_it_is_dispatched_costs_nothing(
    wire: Wire, services: Services
):
    await wire.start()
    request, next_request = wire.completion(0, 0), wire.completion(0, 0)
    wire.send(opened(""), request, cancel(request), next_request)
    assert (await wire.answer(request))["error"]["code"] == -32800
    assert (await wire.answer(next_request))["result"]["items"]
    assert len(services.made[0].queries) == 1


async def test_no_item_for_a_document_that_moved_on(wire: Wire, services: Services):
    answer: asyncio.Future[str] = asyncio.Future()
    services.act = lambda query: answer
    await wire.start()
    request = wire.completion(0, 0)
    wire.send(opened(""), request)
    await _asked(services)
    wire.send(typed(0, 0, "n", version=2))
    await _handled(wire)
    answer.set_result("stale")
    assert (await wire.answer(request))["result"] == NOTHING


async def test_the_deadline_answers_with_nothing_and_says_so(wire: Wire, services: Services):
    services.act = forever
    await wire.start({"completion": {"deadline_ms": 10}})
    request = wire.completion(0, 0)
    wire.send(opened(""), request)
    assert (await wire.answer(request))["result"] == NOTHING
    assert [m for m in wire.shown() if "10 ms" in m]
    await wire.server.inflight.aclose()
    assert all(service.cancelled == len(service.queries) for service in services.made)


@pytest.mark.parametrize(
    "error",
    [
        BackendUnreachable("Down: start it."),
        BackendUnauthorised("No key: set one."),
        TemplateError("No template: serve another model."),
        TokenizerError("No tokenizer: set one."),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_goes_wrong_is_said_once(wire: Wire, services: Services, error: Exception):
    services.act = lambda query: error
    await wire.start()
    wire.send(opened(""))
    for _ in range(3):
        request = wire.completion(0, 0)
        wire.send(request)
        assert (await wire.answer(request))["result"] == NOTHING
    assert wire.shown() == [f"fimls: {error}"]


async def test_a_defect_is_never_an_internal_error(
    wire: Wire, services: Services, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    services.act = lambda query: KeyError(SECRET)
    await wire.start()
    request = wire.completion(0, 0)
    wire.send(opened(""), request)
    assert (await wire.answer(request))["result"] == NOTHING
    assert len(wire.shown()) == 1
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("fimls")]
    assert any("KeyError" in message and "scripted.py" in message for message in ours)
    assert SECRET not in "".join(ours) + "".join(wire.shown())


async def test_the_engine_being_down_at_the_start_is_only_logged(
    wire: Wire, services: Services, caplog: pytest.LogCaptureFixture
):
    def broken(settings: Settings) -> ScriptedService:
        service = services(settings)
        service.prepare_error = BackendUnreachable("Down: start it.")
        return service

    wire.server.services._factory = broken
    await wire.start()
    await _until(lambda: "Down: start it." in caplog.text)
    assert wire.shown() == []


async def test_a_request_with_impossible_parameters_is_answered(wire: Wire):
    await wire.start()
    request = wire.request("textDocument/inlineCompletion", {"textDocument": {"uri": URI}})
    wire.send(request)
    assert (await wire.answer(request))["error"]["code"] == -32602
    assert wire.shown() == []
    after = wire.completion(0, 0)
    wire.send(after)
    assert (await wire.answer(after))["result"] == NOTHING


async def test_what_is_not_json_does_not_end_the_server(wire: Wire):
    await wire.start()
    wire._reader.feed_data(b"Content-Length: 4\r\n\r\n{{{{")
    request = wire.completion(0, 0)
    wire.send(request)
    assert (await wire.answer(request))["result"] == NOTHING
    assert wire.shown() == []


@pytest.mark.parametrize(
    "options", ["x", 5, [1], {"engine": 3}, {"fimls": {"engine": {"urll": 1}}}]
)
async def test_bad_options_are_said_once_and_the_server_works(wire: Wire, options: Any):
    await wire.start(options)
    request = wire.completion(0, 0)
    wire.send(opened(""), request)
    assert (await wire.answer(request))["result"]["items"]
    assert len(wire.shown()) == 1
    wire.send({"method": "workspace/didChangeConfiguration", "params": {"settings": options}})
    await _handled(wire)
    assert len(wire.shown()) == 1


async def test_settings_of_the_editor_take_effect_at_once(wire: Wire, services: Services):
    await wire.start({"fimls": {"engine": {"url": "http://one"}, "completion": {"maxLines": 2}}})
    settings = {"fimls": {"engine": {"url": "http://two"}}, "other": {"a": 1}}
    await _prepared(services)
    wire.send({"method": "workspace/didChangeConfiguration", "params": {"settings": settings}})
    request = wire.completion(0, 0)
    wire.send(opened(""), request)
    await wire.answer(request)
    first, second = services.made
    assert (first.settings.engine.url, first.settings.completion.max_lines) == ("http://one", 2)
    assert (second.settings.engine.url, second.settings.completion.max_lines) == ("http://two", 2)
    assert second.queries
    assert not first.queries


async def test_the_level_of_the_log_changes_without_a_new_service(wire: Wire, services: Services):
    await wire.start()
    await _prepared(services)
    settings = {"log": {"level": "error"}}
    wire.send({"method": "workspace/didChangeConfiguration", "params": {"settings": settings}})
    await _handled(wire)
    assert logging.getLogger("fimls").level == logging.ERROR
    assert len(services.made) == 1
    assert not services.made[0].closed


async def test_a_service_is_closed_after_its_last_request(wire: Wire, services: Services):
    answer: asyncio.Future[str] = asyncio.Future()
    services.act = lambda query: answer
    await wire.start()
    request = wire.completion(0, 0)
    wire.send(opened(""), request)
    await _asked(services)
    settings = {"completion": {"max_lines": 1}}
    wire.send({"method": "workspace/didChangeConfiguration", "params": {"settings": settings}})
    await _handled(wire)
    assert not services.made[0].closed
    answer.set_result("from the older service")
    assert (await wire.answer(request))["result"]["items"][0][
        "insertText"
    ] == "from the older service"
    await _until(lambda: services.made[0].closed and len(services.made) == 2)
    assert not services.made[1].closed


async def test_settings_are_pulled_when_the_editor_only_says_that_they_changed(
    wire: Wire, services: Services
):
    await wire.start({"engine": {"url": "http://one"}}, workspace={"configuration": True})
    wire.send({"method": "workspace/didChangeConfiguration", "params": {"settings": None}})
    question = await wire.until(lambda m: m if m.get("method") == "workspace/configuration" else 0)
    assert question["params"] == {"items": [{"section": "fimls"}]}
    wire.send({"id": question["id"], "result": [{"engine": {"url": "http://two"}}]})
    await _until(lambda: len(services.made) == 2)
    assert services.made[1].settings.engine.url == "http://two"


async def test_a_pull_without_an_answer_changes_nothing(wire: Wire, services: Services):
    await wire.start({"engine": {"url": "http://one"}}, workspace={"configuration": True})
    wire.send({"method": "workspace/didChangeConfiguration", "params": {"settings": {}}})
    question = await wire.until(lambda m: m if m.get("method") == "workspace/configuration" else 0)
    wire.send({"id": question["id"], "error": {"code": -32601, "message": "no"}})
    await _handled(wire)
    assert wire.server.configuration.settings.engine.url == "http://one"
    assert wire.shown() == []


async def test_usage_goes_to_clients_that_want_it(wire: Wire):
    await wire.start(experimental={"fimls": {"usage": True}})
    request = wire.completion(0, 0)
    wire.send(opened(""), request)
    await wire.answer(request)
    methods = [m.get("method") or m.get("id") for m in wire.received]
    assert methods.index("$/fimls/usage") < methods.index(request["id"])


async def test_changes_do_not_pile_up(wire: Wire):
    await wire.start()
    wire.send(opened(""), *(typed(0, n, "a", version=n + 2) for n in range(100)))
    await _handled(wire)
    assert len(wire.server.protocol._request_futures) < 10


async def test_shutdown_cancels_what_runs(wire: Wire, services: Services):
    services.act = forever
    await wire.start()
    request = wire.completion(0, 0)
    wire.send(opened(""), request)
    await _asked(services)
    assert await wire.ask("shutdown", None) is None
    assert (await wire.answer(request))["error"]["code"] == -32800


async def _asked(services: Services, times: int = 1) -> None:
    await _until(lambda: sum(len(service.queries) for service in services.made) >= times)


async def _prepared(services: Services) -> None:
    await _until(lambda: services.made and services.made[0].prepared)


async def _handled(wire: Wire) -> None:
    """Wait until everything sent so far was handled: messages are handled in their order."""
    request = wire.completion(0, 0, uri="file:///not-open")
    wire.send(request)
    await wire.answer(request)


async def _until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("uri", "text", "why"),
    [
        ("file:///w/.env", "KEY=", "completion.exclude_files"),
        ("file:///w/long.js", "x" * 10_001, "Lines of more than 10,000 characters"),
    ],
)
async def test_the_status_says_why_nothing_is_proposed_here(
    wire: Wire, services: Services, uri: str, text: str, why: str
):
    await wire.start(experimental={"fimls": {"status": True}})
    await _prepared(services)
    wire.send(opened(text, uri=uri), opened("a"))

    def told(message: dict[str, Any]) -> str | None:
        told = message.get("method") == "$/fimls/status"
        return message["params"].get("message") if told else None

    request = wire.completion(0, 1, uri=uri)
    wire.send(request)
    await wire.answer(request)
    assert why in await wire.until(told)
    place = {"textDocument": {"uri": "file:///a.py"}, "position": {"line": 0, "character": 0}}
    wire.send({"method": "fimls/didMoveCursor", "params": place})
    request = wire.completion(0, 1)
    wire.send(request)
    await wire.answer(request)
    last = [m for m in wire.received if m.get("method") == "$/fimls/status"][-1]
    assert last["params"] == {"state": "ready"}


async def test_a_tokenizer_that_is_still_read_is_a_start_that_takes_long_and_no_failure(
    wire: Wire, services: Services, tmp_path: Path
):
    await wire.start({"completion": {"deadline_ms": 10}}, experimental={"fimls": {"status": True}})
    await _prepared(services)
    services.act = forever
    services.made[0].waits_for = str(tmp_path)
    wire.send(opened("a"))
    request = wire.completion(0, 1)
    wire.send(request)
    assert (await wire.answer(request))["result"]["items"] == []
    told = [m["params"] for m in wire.received if m.get("method") == "$/fimls/status"][-1]
    assert told["state"] == "starting"
    assert f"still reads the tokenizer {tmp_path}:" in told["message"]
    assert not [m for m in wire.received if m.get("method") == "window/showMessage"]
