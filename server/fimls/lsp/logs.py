"""The log: standard error and maybe a file, and nothing of the user's text in it."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def configure_logs(log_file: Path | None = None) -> None:
    """Send the log of this process to standard error, and to a file too where one is given.

    Raises:
        OSError: the file cannot be written.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if log_file is not None:
        handlers.append(logging.FileHandler(log_file, encoding="utf-8", errors="replace"))
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handler.addFilter(discreet)
        logging.getLogger().addHandler(handler)
    # A log that cannot be written must not quote what it failed to write.
    logging.raiseExceptions = False
    set_level("info")


def set_level(level: str) -> None:
    """Set the least severe messages that are written, by the setting ``log.level``."""
    logging.getLogger("fimls").setLevel(level.upper())
    # pygls writes whole messages at INFO, and a warning whenever a cancellation comes late.
    logging.getLogger("pygls").setLevel("DEBUG" if level == "debug" else "ERROR")


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
