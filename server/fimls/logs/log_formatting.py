"""How a message of the log is written: the one place that everything which is logged goes through.

Invariant: a line of the log is a message of this process. Whatever a message quotes, an engine's
name for its model or an editor's address of a document, has its control characters written out,
and what takes several lines, a traceback, is indented.
"""

from __future__ import annotations

import datetime
import json
import logging
from typing import Any

from fimls.logs.log_labels import labels
from fimls.logs.redaction import redacted

_LONGEST = 64 * 1024
"""Characters of a message, of those that debugging writes."""
_MARGIN = 1_024
"""Left out at the end of a long one: half a secret would not be known as one."""


class LogFormatter(logging.Formatter):
    """For people: time, level, logger and message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and below it the traceback."""
        time = self.formatTime(record)
        lines = [f"{time} {record.levelname} {record.name}: {message_of(record)}"]
        if record.exc_info:
            lines += _traceback(self, record)
        return "\n    ".join(lines)


class JsonLogFormatter(logging.Formatter):
    """For programs: one object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object."""
        time = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line: dict[str, Any] = {
            "time": time.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
        }
        line |= labels()
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = "\n".join(_traceback(self, record))
        return json.dumps(line, ensure_ascii=False)


def message_of(record: logging.LogRecord) -> str:
    """Return a message without secrets, on one line."""
    try:
        text = record.getMessage()
    except Exception as error:  # a library's template and arguments do not fit
        text = f"{record.msg} ({type(error).__name__})"
    if len(text) > _LONGEST:
        return one_line(redacted(text[:_LONGEST])[:-_MARGIN]) + f"… ({len(text):,} characters)"
    more: int = getattr(record, "repeated", 0)
    return one_line(redacted(text)) + (f" ({more} more like it)" if more else "")


def one_line(text: str) -> str:
    """Return a text with line ends, control characters and changes of direction written out."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> list[str]:
    if record.exc_info is None:
        return []
    text = redacted(formatter.formatException(record.exc_info))
    return [one_line(line) for line in text.split("\n")]
