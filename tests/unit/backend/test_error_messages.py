from __future__ import annotations

import pytest

from fimls.backend.error_messages import engine_message, from_status, shortened
from fimls.errors import (
    BackendBusy,
    BackendError,
    BackendProtocolError,
    BackendRejected,
    BackendUnauthorised,
    BackendUnreachable,
)

URL = "http://127.0.0.1:30000"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, BackendProtocolError),
        (400, BackendRejected),
        (401, BackendUnauthorised),
        (403, BackendUnauthorised),
        (404, BackendProtocolError),
        (413, BackendRejected),
        (422, BackendRejected),
        (429, BackendBusy),
        (500, BackendProtocolError),
        (502, BackendUnreachable),
        (503, BackendBusy),
        (504, BackendUnreachable),
    ],
)
def test_statuses(status: int, kind: type[BackendError]) -> None:
    error = from_status(status, "The queue is full.", URL)

    assert type(error) is kind
    assert URL in str(error)


@pytest.mark.parametrize("status", [403, 407, 502, 503, 504])
def test_what_a_proxy_says_is_not_taken_for_the_engine_s(status: int) -> None:
    error = from_status(status, "", URL, proxy="proxy.test:3128")

    assert type(error) is BackendUnreachable
    assert "The proxy at proxy.test:3128" in str(error)
    assert f"HTTP {status}" in str(error)


@pytest.mark.parametrize(
    "answer",
    [
        {"error": {"message": "too long", "code": 400}},
        {"error": "too long"},
        {"object": "error", "message": "too long"},
        {"detail": "too long"},
        {"error": {"message": {"error": "too long"}}},
    ],
)
def test_messages_are_found_wherever_the_engine_puts_them(answer: object) -> None:
    assert engine_message(answer) == "too long"


@pytest.mark.parametrize("answer", [None, 3, [], {}, {"error": None}, {"detail": [{"input": [1]}]}])
def test_no_message(answer: object) -> None:
    assert engine_message(answer) == ""


@pytest.mark.parametrize(
    ("message", "short"),
    [
        ("The input (9 tokens) is too long.", "The input (9 tokens) is too long"),
        ("bad ids [1, 2, 3] here", "bad ids"),
        ("it doesn't take 'def f(x)'", "it doesn't take …"),
        ("first\nsecond", "first"),
        ("x" * 500, "x" * 200 + "…"),
    ],
)
def test_messages_are_short_and_do_not_quote(message: str, short: str) -> None:
    assert shortened(message) == short
