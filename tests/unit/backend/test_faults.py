from __future__ import annotations

import inspect

import httpx
import pytest

from fimls.backend.faults import engine_message, from_status, mapped, shortened
from fimls.errors import (
    BackendBusy,
    BackendError,
    BackendProtocolError,
    BackendRejected,
    BackendUnauthorised,
    BackendUnreachable,
)

URL = "http://127.0.0.1:30000"

HTTPX_ERRORS = sorted(
    (
        value
        for value in vars(httpx).values()
        if inspect.isclass(value) and issubclass(value, Exception)
    ),
    key=lambda value: value.__name__,
)

EXPECTED = {
    httpx.ConnectError: BackendUnreachable,
    httpx.ConnectTimeout: BackendUnreachable,
    httpx.ReadTimeout: BackendUnreachable,
    httpx.WriteTimeout: BackendUnreachable,
    httpx.PoolTimeout: BackendBusy,
    httpx.ReadError: BackendUnreachable,
    httpx.WriteError: BackendUnreachable,
    httpx.CloseError: BackendUnreachable,
    httpx.ProxyError: BackendUnreachable,
    httpx.LocalProtocolError: BackendProtocolError,
    httpx.DecodingError: BackendProtocolError,
    httpx.TooManyRedirects: BackendProtocolError,
}


def make(kind: type[Exception], message: str = "secret text") -> Exception:
    """Return an instance without its constructor: they all take something else."""
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    return error


@pytest.mark.parametrize("kind", HTTPX_ERRORS, ids=lambda kind: kind.__name__)
def test_every_exception_of_httpx_is_mapped(kind: type[Exception]) -> None:
    with pytest.raises(EXPECTED.get(kind, BackendError)) as caught, mapped(URL):
        raise make(kind)

    assert URL in str(caught.value)
    assert "secret text" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_list_of_exceptions_is_not_empty() -> None:
    assert set(EXPECTED) <= set(HTTPX_ERRORS)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("peer closed connection without sending complete message body", BackendUnreachable),
        ("Server disconnected without sending a response.", BackendUnreachable),
        ("illegal status line: bytearray(b'SSH-2.0')", BackendProtocolError),
    ],
)
def test_an_early_end_is_told_from_what_is_no_http(message: str, kind: type[Exception]) -> None:
    with pytest.raises(kind), mapped(URL):
        raise httpx.RemoteProtocolError(message)


def test_what_to_do_when_nothing_listens() -> None:
    with pytest.raises(BackendUnreachable) as caught, mapped(URL):
        raise httpx.ConnectError("All connection attempts failed")

    assert str(caught.value) == (
        f"No SGLang engine answers at {URL}: start one with `fimls engine`, or set engine.url."
    )


@pytest.mark.parametrize("error", [KeyError("x"), BackendBusy("x"), KeyboardInterrupt()])
def test_other_exceptions_pass(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, mapped(URL):
        raise error

    assert caught.value is error


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
