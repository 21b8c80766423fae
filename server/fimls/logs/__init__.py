"""The log: standard error and maybe a file, and nothing of the user's text in it.

Whatever is written goes through `fimls.logs.log_formatting`, at every level and from every library:
secrets are left out (`fimls.logs.redaction`), and nothing that came from elsewhere can look like a
line of its own. What repeats itself is bounded (`fimls.logs.rate_limit`), and nobody waits for a
reader (`fimls.logs.log_writing`).

As JSON it is one object a line: ``time``, ``level``, ``logger``, ``message``, and where they apply
``user``, ``request``, by which everything that was done for one request can be found, and what is
told of requests (`log_request`, `fimls.backend.metering`).

It knows no other room.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

from fimls.logs.log_formatting import JsonLogFormatter, LogFormatter
from fimls.logs.log_labels import is_of, labels, new_request
from fimls.logs.log_writing import FileHandler, StderrHandler
from fimls.logs.rate_limit import RateLimit

__all__ = ["configure_logs", "is_of", "labels", "log_request", "new_request", "set_level"]

_requests = logging.getLogger("fimls.requests")


def configure_logs(
    log_file: Path | None = None, *, as_json: bool = False, requests: bool = False
) -> None:
    """Send the log of this process to standard error, and to a file too where one is given.

    Args:
        log_file: the file; its owner alone may read it.
        as_json: write JSON in place of lines for people.
        requests: write one message for every request.

    Raises:
        OSError: the file cannot be written.
    """
    handlers: list[logging.Handler] = [StderrHandler()]
    if log_file is not None:
        handlers.append(FileHandler(log_file))
    repeats = RateLimit()
    for handler in handlers:
        handler.setFormatter(JsonLogFormatter() if as_json else LogFormatter())
        handler.addFilter(discreet)
        handler.addFilter(repeats)
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
