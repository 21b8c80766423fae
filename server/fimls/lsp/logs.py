"""The log: standard error and maybe a file, and nothing of the user's text in it.

As JSON it is one object a line: ``time``, ``level``, ``logger``, ``message``, and where they apply
``user``, ``request``, by which everything that was done for one request can be found, and what is
told of requests (`log_request`, `fimls.backend.metered`).
"""

from __future__ import annotations

import datetime
import itertools
import json
import logging
import re
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_user: ContextVar[str] = ContextVar("user", default="")
_request: ContextVar[str] = ContextVar("request", default="")
_numbers = itertools.count(1)
_requests = logging.getLogger("fimls.requests")


def configure_logs(
    log_file: Path | None = None, *, as_json: bool = False, requests: bool = False
) -> None:
    """Send the log of this process to standard error, and to a file too where one is given.

    Args:
        log_file: the file.
        as_json: write JSON in place of lines for people.
        requests: write one message for every request.

    Raises:
        OSError: the file cannot be written.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if log_file is not None:
        handlers.append(logging.FileHandler(log_file, encoding="utf-8", errors="replace"))
    for handler in handlers:
        handler.setFormatter(_AsJson() if as_json else logging.Formatter(_LINE))
        handler.addFilter(discreet)
        logging.getLogger().addHandler(handler)
    # A log that cannot be written must not quote what it failed to write.
    logging.raiseExceptions = False
    set_level("info")
    _requests.setLevel("INFO" if requests else "WARNING")


def set_level(level: str) -> None:
    """Set the least severe messages that are written, by the setting ``log.level``."""
    logging.getLogger("fimls").setLevel(level.upper())
    # pygls writes whole messages at INFO, and a warning whenever a cancellation comes late.
    logging.getLogger("pygls").setLevel("DEBUG" if level == "debug" else "ERROR")


def is_of(user: str) -> None:
    """Say whose session this task, and those it starts, belong to."""
    _user.set(user)


def new_request() -> None:
    """Begin a request: what this task, and those it starts, log from here on has its number."""
    _request.set(str(next(_numbers)))


def labels() -> dict[str, str]:
    """Return by what the log tells apart what runs now: ``user``, ``request``, where they apply."""
    named = (("user", _user.get()), ("request", _request.get()))
    return {name: value for name, value in named if value}


def log_request(outcome: str, source: str, seconds: float) -> None:
    """Write how a request ended, if that is wanted."""
    if _requests.isEnabledFor(logging.INFO):
        fields = {"outcome": outcome, "source": source, "ms": round(seconds * 1e3, 1)}
        _requests.info("%s %s", outcome, source or "-", extra={"fields": fields})


def discreet(record: logging.LogRecord) -> bool:
    """Take the arguments out of what other libraries log, unless the level is ``debug``.

    pygls logs parameters and tracebacks of what it cannot handle, and those hold documents.
    """
    ours = record.name.partition(".")[0] == "fimls"
    if not ours and not logging.getLogger("fimls").isEnabledFor(logging.DEBUG):
        error = record.exc_info[1] if record.exc_info else None
        record.msg = re.sub(r"%[a-z]", "…", str(record.msg)).partition("\n")[0]
        record.msg += f" ({type(error).__name__})" if error is not None else ""
        record.args, record.exc_info, record.exc_text = (), None, None
    return True


_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        time = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line: dict[str, Any] = {
            "time": time.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= labels()
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
