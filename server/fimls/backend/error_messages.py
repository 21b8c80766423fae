"""What can go wrong between us and the engine, as one sentence each.

::

    network, HTTP status, error inside a stream ->   fimls.errors.BackendError
    nothing listens, silence, an answer cut short    BackendUnreachable
    502, 504                                         BackendUnreachable
    401, 403                                         BackendUnauthorised
    402                                              BackendUnpaid
    429, 503                                         BackendBusy
    400, 404, 422 about the model                    BackendProtocolError
    404, 405, redirects, what is not SGLang's        BackendProtocolError
    other 5xx                                        BackendProtocolError
    other 4xx                                        BackendRejected

What TLS has to say is in `tls_error_messages`. No sentence holds the prompt, the key or what was
generated.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import cast

from fimls.errors import (
    BackendBusy,
    BackendError,
    BackendProtocolError,
    BackendRejected,
    BackendUnauthorised,
    BackendUnpaid,
    BackendUnreachable,
)
from fimls.logs.redaction import redacted

_NO_SUCH_MODEL = re.compile(
    r"\bmodel\b.{0,200}\b(not (exist|found)|missing|passed)|\b(invalid|unknown|no such) model\b",
    re.IGNORECASE | re.DOTALL,
)
"""What engines say of a model that they do not serve, and of a request that names none."""
_DEEPEST, _LONGEST = 4, 2_000
"""Of errors within errors, and characters of a message: each takes time to look at."""
_OFTEN_A_PROXY_S = (403, 502, 503, 504)
"""Statuses that come from a proxy as a rule, where nothing in the body is SGLang's."""


def from_status(
    status: int, message: str, url: str, *, proxy: str = "", retry_after: str = ""
) -> BackendError:
    """Return what an HTTP status means, or the ``code`` of an error inside a stream.

    Args:
        status: the code.
        message: what the engine says about it; may be empty.
        url: the engine's address.
        proxy: host and port of the proxy that was asked, or empty.
        retry_after: the header of that name, or empty.
    """
    says = f": {shortened(message)}" if message else ""
    if status == 407 or (proxy and not message and status in _OFTEN_A_PROXY_S):
        return proxy_refuses(proxy, status, url)
    match status:
        case 401 | 403:
            return BackendUnauthorised(
                f"The engine at {url} needs an API key, or another one: put it into the file"
                " engine.api_key_file, or into the variable that engine.api_key_env names."
            )
        case 402:
            return BackendUnpaid(
                f"The account at {url} has no balance left: top it up, or choose another engine."
            )
        case 429 | 503:
            return BackendBusy(
                f"The engine at {url} has no room for the request now{says}.",
                retry_after_s=seconds(retry_after),
                limits_rate=status == 429,
            )
        case 502 | 504:
            return BackendUnreachable(
                f"The gateway at {url} does not reach its engine (HTTP {status}): see its log."
            )
        case 400 | 404 | 422 if _NO_SUCH_MODEL.search(message):
            return BackendProtocolError(
                f"The engine at {url} does not serve the model that it is asked for{says}: set"
                " engine.model to one that it has."
            )
        case 404 | 405:
            return not_sglang(url, f"it does not know the request (HTTP {status})")
        case _ if 400 <= status < 500:
            says = says or f" (HTTP {status})"
            return BackendRejected(f"The engine at {url} refuses the request{says}. See its log.")
        case _ if 300 <= status < 400:
            return BackendProtocolError(
                f"The server at {url} sends everybody elsewhere (HTTP {status}): write the address"
                " that it sends to into engine.url, with https:// as a rule."
            )
        case _ if 500 <= status < 600:
            return BackendProtocolError(f"The engine at {url} failed (HTTP {status}): see its log.")
        case _:
            return not_sglang(url, f"it answers with HTTP {status}")


_LONGEST_WAIT_S = 600.0


def seconds(retry_after: str) -> float | None:
    """Return how long a server wants to be left alone, by its ``Retry-After``, or None."""
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", retry_after):
        return min(float(retry_after), _LONGEST_WAIT_S)
    try:
        at = parsedate_to_datetime(retry_after)
        wait = (at - datetime.now(at.tzinfo)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, 0.0), _LONGEST_WAIT_S)


_STATUS_PAGES = {
    "DeepSeek's API": "https://status.deepseek.com",
    "Mistral's API": "https://status.mistral.ai",
}
"""Where those who do not run a hosted engine see what is wrong with it."""
_STARTING = {
    "llama.cpp": "start llama-server",
    "DeepSeek's API": "see whether the network is there",
    "Mistral's API": "see whether the network is there",
    "an OpenAI-style API": "start the server",
}


def said_of(error: BackendError, name: str) -> BackendError:
    """Return an error as it reads where another kind of engine than SGLang is asked."""
    said = str(error)
    said = said.replace(
        "No SGLang engine answers at", f"Nothing that speaks {name} answers at"
    ).replace("start one with `fimls engine`", _STARTING.get(name, "start it"))
    said = said.replace("as SGLang does", f"as {name} does").replace("as SGLang speaks", "as it is")
    if page := _STATUS_PAGES.get(name):
        said = said.replace("see its log", f"see {page}")
    error.args = (said.replace("more than SGLang ever does", "more than an answer has"),)
    return error


def not_sglang(url: str, why: str) -> BackendProtocolError:
    """Return the error for an answer that SGLang does not give."""
    return BackendProtocolError(
        f"The server at {url} does not answer as SGLang does ({why}): check engine.url"
        " and engine.kind."
    )


def engine_message(answer: object) -> str:
    """Return the message in the JSON of an error, wherever SGLang and FastAPI put it.

    Seen in SGLang 0.5.23: ``{"error": {"message"}}``, ``{"error": "..."}``, ``{"message"}`` and
    ``{"detail"}``.
    """
    for _ in range(_DEEPEST):
        if not isinstance(answer, dict):
            break
        fields = cast("dict[str, object]", answer)
        said = (fields.get("error"), fields.get("message"), fields.get("detail"))
        answer = next(filter(_may_say_it, said), None)
    if not isinstance(answer, str):
        return ""
    # What is cut off within a word may be a key that nobody knows any more for one.
    return answer if len(answer) <= _LONGEST else answer[:_LONGEST].rpartition(" ")[0]


def _may_say_it(found: object) -> bool:
    return isinstance(found, dict | str)


def shortened(message: str, limit: int = 200) -> str:
    """Return an engine's message without what it may quote of the request, or the key.

    Validation errors repeat the whole body, and a grammar that does not compile repeats the text it
    was made from; that is cut out, so that the rest can be shown and logged.
    """
    line = re.split(r"[\r\n\[{]", redacted(message), maxsplit=1)[0]
    line = re.sub(r"(?<!\w)(['\"`]).*?(\1(?!\w)|$)", "…", line).strip(" .:,;(")
    return line if len(line) <= limit else line[:limit].rstrip() + "…"


def cut_short(url: str) -> BackendUnreachable:
    """Return the error for an answer that ends before its end."""
    return BackendUnreachable(
        f"The connection to the engine at {url} broke: see whether it still runs, and its log."
    )


def closed(url: str) -> BackendUnreachable:
    """Return the error for a request after `Backend.aclose`."""
    return BackendUnreachable(f"The connection to {url} has been closed.")


def not_there(url: str) -> BackendUnreachable:
    """Return the error for an address at which nothing listens."""
    return BackendUnreachable(
        f"No SGLang engine answers at {url}: start one with `fimls engine`, or set engine.url."
    )


def no_such_host(host: str) -> BackendUnreachable:
    """Return the error for a host that has no address."""
    return BackendUnreachable(
        f"There is no host {host!r}, as far as this machine knows: check engine.url."
    )


def out_of_files(url: str) -> BackendUnreachable:
    """Return the error for a machine, or a process, that may open nothing more."""
    return BackendUnreachable(
        f"No connection to {url} can be opened: raise the limit of open files (`ulimit -n`),"
        " which this process or machine has reached."
    )


def crowded(url: str) -> BackendBusy:
    """Return the error for a request that gets no connection."""
    return BackendBusy(f"Too many requests to the engine at {url} are under way.")


def proxy_is_away(proxy: str, url: str) -> BackendUnreachable:
    """Return the error for a proxy, given as host and port, that does not answer."""
    return BackendUnreachable(
        f"The proxy at {proxy}, which the environment names for {url}, does not answer: start it,"
        " or add the engine's host to NO_PROXY."
    )


def proxy_refuses(proxy: str, status: int, url: str) -> BackendUnreachable:
    """Return the error for a proxy that does not lead to the engine."""
    where = f"The proxy at {proxy}" if proxy else "A proxy"
    why = "needs a name and a password" if status == 407 else "does not lead to the engine"
    return BackendUnreachable(
        f"{where} {why} (HTTP {status}): see HTTP_PROXY and HTTPS_PROXY in the environment, or add"
        f" the host of {url} to NO_PROXY."
    )


def not_http(url: str) -> BackendProtocolError:
    """Return the error for what is no HTTP, or not within its bounds."""
    return not_sglang(url, "what came back is not HTTP as SGLang speaks it")


def too_much(url: str) -> BackendProtocolError:
    """Return the error for an answer that is larger than any of SGLang's."""
    return not_sglang(url, "it sends more than SGLang ever does")


def too_long(url: str) -> BackendUnreachable:
    """Return the error for an answer that goes on and on."""
    return BackendUnreachable(
        f"The engine at {url} did not end its answer in time: see its log, or raise"
        " engine.read_timeout_ms."
    )


def silent(url: str) -> BackendUnreachable:
    """Return the error for an answer that does not go on."""
    return BackendUnreachable(
        f"The engine at {url} has been silent for too long: see its log, or raise"
        " engine.read_timeout_ms."
    )
