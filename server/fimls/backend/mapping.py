"""What goes wrong between us and the engine, as errors of fimls: the only place that decides."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from fimls.errors import (
    BackendBusy,
    BackendError,
    BackendProtocolError,
    BackendRejected,
    BackendUnauthorised,
    BackendUnreachable,
)


@contextmanager
def mapped_errors(url: str) -> Generator[None]:
    """Turn every exception of the HTTP library into a `BackendError`.

    Args:
        url: the engine's address as it may be shown.
    """
    import httpx

    try:
        yield
    except (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
        raise _nobody(url) from error
    except httpx.ConnectTimeout as error:
        raise BackendUnreachable(
            f"No connection to {url} in time: check engine.url, or raise"
            " engine.connect_timeout_ms for an engine that is far away."
        ) from error
    except httpx.PoolTimeout as error:
        raise BackendBusy(f"Every connection to {url} is in use: try again.") from error
    except httpx.TimeoutException as error:
        raise BackendUnreachable(
            f"The engine at {url} was silent for too long: see its log, or raise"
            " engine.read_timeout_ms."
        ) from error
    except httpx.NetworkError as error:
        raise broken(url) from error
    except httpx.RemoteProtocolError as error:
        raise broken(url) from error
    except httpx.InvalidURL as error:
        raise BackendUnreachable(f"{url} is no address: correct engine.url.") from error
    except (httpx.HTTPError, httpx.StreamError, httpx.CookieConflict) as error:
        raise BackendProtocolError(
            f"{url} does not answer as SGLang does ({type(error).__name__}): check engine.url."
        ) from error


def error_for_status(url: str, status: int, message: str = "") -> BackendError:
    """Return the error for an HTTP status, or for the code of an error inside a stream.

    Args:
        url: the engine's address as it may be shown.
        status: from 300 on.
        message: what the engine says of it, as `message_in` returns it.
    """
    says = f" ({message})" if message else ""
    if status in (401, 403):
        return BackendUnauthorised(
            f"The engine at {url} wants another API key: set the one it was started with in"
            " the environment variable FIMLS_API_KEY or in engine.api_key_file."
        )
    if status in (429, 503):
        return BackendBusy(f"The engine at {url} has no room now{says}: try again.")
    if status >= 500:
        return BackendProtocolError(f"The engine at {url} failed with {status}{says}: see its log.")
    if status >= 400:
        return BackendRejected(
            f"The engine at {url} refused the request with {status}{says}: `fimls doctor` tells"
            " whether engine and settings fit."
        )
    return BackendProtocolError(
        f"{url} answered {status}, and redirects are not followed: set engine.url to the"
        " engine's own address."
    )


def broken(url: str) -> BackendUnreachable:
    """Return the error for an answer that breaks off."""
    return BackendUnreachable(
        f"The connection to {url} broke before the answer was complete: see the engine's log."
    )


def parse_object(url: str, text: str | bytes) -> Mapping[str, Any]:
    """Return the JSON object in text.

    Raises:
        BackendProtocolError: there is none.
    """
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        # No cause and no quotation: the text may be what was generated.
        raise BackendProtocolError(f"{url} does not answer as SGLang does: check engine.url.")
    return cast("Mapping[str, Any]", value)


def message_in(body: str | bytes) -> str:
    """Return what an error's body says, short, on one line, and without what was sent.

    SGLang answers ``{"error": {"message"}}``, ``{"error"}``, ``{"message"}`` or FastAPI's
    ``{"detail"}``, whose list of findings repeats the request in ``input``.
    """
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    for _ in range(4):
        if isinstance(found, list):
            findings = cast("list[Any]", found)
            found = findings[0] if findings else ""
        elif isinstance(found, dict):
            table = cast("dict[str, Any]", found)
            keys = ("error", "message", "detail", "msg")
            found = next((table[key] for key in keys if table.get(key)), "")
    if not isinstance(found, str):
        return ""
    without_ids = re.sub(r"\[[\s\d,]{16,}\]?", "[...]", found)
    line = " ".join(without_ids.split())
    return line if len(line) <= 200 else line[:199] + "…"


def _nobody(url: str) -> BackendUnreachable:
    return BackendUnreachable(
        f"No SGLang engine answers at {url}: start one with `fimls engine`, or set engine.url."
    )
