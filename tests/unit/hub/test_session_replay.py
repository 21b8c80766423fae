from __future__ import annotations

from typing import Any

from fimls.hub.connect_bridge import STATUS_NOTIFICATION
from fimls.hub.session_replay import SessionReplay
from fimls.lsp import user_status
from support.wire import opened, typed

INITIALIZE: dict[str, Any] = {"id": 1, "method": "initialize", "params": {"capabilities": {}}}


def started(encoding: str = "utf-16") -> SessionReplay:
    remembered = SessionReplay()
    remembered.sent(INITIALIZE)
    assert remembered.starting
    answer = {"id": 1, "result": {"capabilities": {"positionEncoding": encoding}}}
    assert remembered.answered(answer)
    assert not remembered.starting
    return remembered


def texts(remembered: SessionReplay) -> dict[str, tuple[str, int]]:
    items = [
        message["params"]["textDocument"]
        for message in remembered.again()
        if message["method"] == "textDocument/didOpen"
    ]
    return {item["uri"]: (item["text"], item["version"]) for item in items}


def test_the_notification_is_the_servers():
    assert STATUS_NOTIFICATION == user_status.STATUS_NOTIFICATION


def test_documents_are_followed():
    remembered = started()
    remembered.sent(opened("one\n\U0001f600two", uri="a"))
    remembered.sent(opened("x", uri="b"))
    remembered.sent(typed(1, 2, "!", version=2, uri="a"))
    whole = {"textDocument": {"uri": "b", "version": 7}, "contentChanges": [{"text": "new"}]}
    remembered.sent({"method": "textDocument/didChange", "params": whole})
    assert texts(remembered) == {"a": ("one\n\U0001f600!two", 2), "b": ("new", 7)}
    remembered.sent({"method": "textDocument/didClose", "params": {"textDocument": {"uri": "a"}}})
    assert [*texts(remembered)] == ["b"]


def test_positions_count_what_was_agreed_on():
    remembered = started("utf-8")
    remembered.sent(opened("é", uri="a"))
    remembered.sent(typed(0, 2, "!", version=2, uri="a"))
    assert texts(remembered)["a"][0] == "é!"


def test_what_is_broken_is_left_to_the_hub():
    remembered = started()
    remembered.sent(opened("x", uri="a"))
    for params in (None, [], {}, {"textDocument": None}, {"textDocument": {"uri": "a"}}):
        for method in ("textDocument/didChange", "textDocument/didOpen", "textDocument/didSave"):
            remembered.sent({"method": method, "params": params})
    assert texts(remembered)["a"] == ("x", 1)


def test_the_beginning_is_said_again_with_the_newest_settings():
    remembered = started()
    remembered.sent({"method": "initialized", "params": {}})
    for value in (1, 2):
        settings = {"settings": {"value": value}}
        remembered.sent({"method": "workspace/didChangeConfiguration", "params": settings})
    again = [*remembered.again()]
    assert [message["method"] for message in again] == [
        "initialized",
        "workspace/didChangeConfiguration",
    ]
    assert again[1]["params"]["settings"]["value"] == 2
    assert remembered.initialize == INITIALIZE


def test_answers_are_for_what_was_asked():
    remembered = started()
    remembered.sent({"id": "r", "method": "textDocument/inlineCompletion", "params": {}})
    assert not remembered.answered({"id": "other", "result": None})
    assert remembered.answered({"id": "r", "result": None})
    assert not remembered.answered({"id": "r", "result": None})
