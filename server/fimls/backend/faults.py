"""What can go wrong between us and the engine, as one sentence each: the only place for that.

::

    httpx, HTTP status, error inside a stream   ->   fimls.errors.BackendError
    nothing listens, silence, an answer cut short    BackendUnreachable
    502, 504                                         BackendUnreachable
    401, 403                                         BackendUnauthorised
    429, 503                                         BackendBusy
    404, 405, redirects, what is not SGLang's        BackendProtocolError
    other 5xx                                        BackendProtocolError
    other 4xx                                        BackendRejected

No sentence holds the prompt, the key or what was generated.
"""

from __future__ import annotations

import re
from collections.abc import Generator
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
def mapped(url: str) -> Generator[None]:
    """Turn every exception of httpx into a BackendError that names the engine's address."""
    import httpx

    try:
        yield
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict) as error:
        raise from_httpx(error, url) from error


def from_httpx(error: Exception, url: str) -> BackendError:
    """Return what an exception of httpx means."""
    import httpx

    match error:
        case httpx.ConnectError() if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return untrusted(url)
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return not_there(url)
        case httpx.PoolTimeout():
            return BackendBusy(f"Too many requests to the engine at {url} are under way.")
        case httpx.TimeoutException():
            return silent(url)
        case httpx.ProxyError():
            return BackendUnreachable(
                f"The proxy does not lead to the engine at {url}: see HTTP_PROXY and NO_PROXY in"
                " the environment."
            )
        case httpx.NetworkError():
            return cut_short(url)
        # httpcore uses one class for an early end and for what is no HTTP at all.
        case httpx.RemoteProtocolError() if re.search(r"disconnected|closed", str(error)):
            return cut_short(url)
        case _:
            return not_sglang(url, "what came back is not HTTP as SGLang speaks it")


def from_status(status: int, message: str, url: str) -> BackendError:
    """Return what an HTTP status means, or the ``code`` of an error inside a stream.

    Args:
        status: the code.
        message: what the engine says about it; may be empty.
        url: the engine's address.
    """
    says = f": {shortened(message)}" if message else ""
    match status:
        case 401 | 403:
            return BackendUnauthorised(
                f"The engine at {url} wants an API key, or another one: put it into the file"
                " engine.api_key_file, or into the variable that engine.api_key_env names."
            )
        case 429 | 503:
            return BackendBusy(f"The engine at {url} has no room for the request now{says}.")
        case 502 | 504:
            return BackendUnreachable(
                f"The gateway at {url} does not reach its engine (HTTP {status}): see its log."
            )
        case 404 | 405:
            return not_sglang(url, f"it does not know the request (HTTP {status})")
        case _ if 400 <= status < 500:
            return BackendRejected(f"The engine at {url} refuses the request{says}.")
        case _ if 500 <= status < 600:
            return BackendProtocolError(f"The engine at {url} failed (HTTP {status}): see its log.")
        case _:
            return not_sglang(url, f"it answers with HTTP {status}")


def not_sglang(url: str, why: str) -> BackendProtocolError:
    """Return the error for an answer that SGLang does not give."""
    return BackendProtocolError(
        f"The server at {url} does not answer as SGLang does ({why}): check engine.url."
    )


def engine_message(answer: object) -> str:
    """Return the message in the JSON of an error, wherever SGLang and FastAPI put it.

    Seen in SGLang 0.5.23: ``{"error": {"message"}}``, ``{"error": "..."}``, ``{"message"}`` and
    ``{"detail"}``.
    """
    if not isinstance(answer, dict):
        return ""
    fields = cast("dict[str, Any]", answer)
    for found in (fields.get("error"), fields.get("message"), fields.get("detail")):
        if isinstance(found, dict):
            return engine_message(cast("object", found))
        if isinstance(found, str):
            return found
    return ""


def shortened(message: str, limit: int = 200) -> str:
    """Return an engine's message without what it may quote of the request.

    Validation errors repeat the whole body, and a grammar that does not compile repeats the text it
    was made from; that is cut out, so that the rest can be shown and logged.
    """
    line = re.split(r"[\r\n\[{]", message, maxsplit=1)[0]
    line = re.sub(r"(?<!\w)(['\"`]).*?(\1(?!\w)|$)", "…", line).strip(" .:,;(")
    return line if len(line) <= limit else line[:limit].rstrip() + "…"


def cut_short(url: str) -> BackendUnreachable:
    """Return the error for an answer that ends before its end."""
    return BackendUnreachable(
        f"The connection to the engine at {url} broke: see whether it still runs, and its log."
    )


def not_there(url: str) -> BackendUnreachable:
    """Return the error for an address at which nothing listens."""
    return BackendUnreachable(
        f"No SGLang engine answers at {url}: start one with `fimls engine`, or set engine.url."
    )


def silent(url: str) -> BackendUnreachable:
    """Return the error for an answer that does not go on."""
    return BackendUnreachable(
        f"The engine at {url} has been silent for too long: see its log, or raise"
        " engine.read_timeout_ms."
    )


def untrusted(url: str) -> BackendUnreachable:
    """Return the error for a certificate that nobody vouches for."""
    return BackendUnreachable(
        f"The certificate of the engine at {url} is not trusted: name its authority in the"
        " environment variable SSL_CERT_FILE."
    )
