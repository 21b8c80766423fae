"""Why an engine died, in one sentence, from the end of its log."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeAlias

Causes: TypeAlias = tuple[tuple[re.Pattern[str], str], ...]
"""Patterns of a program's log, and what they mean for the person who started it."""

SGLANG_CAUSES: Causes = (
    (
        re.compile(r"leave no GPU memory for the KV cache"),
        "Other programs took memory while SGLang loaded: close some of them and start again, or"
        " raise --mem-fraction-static",
    ),
    (
        re.compile(r"out of memory|OutOfMemoryError|Not enough memory|MemoryError", re.IGNORECASE),
        "SGLang ran out of memory: serve a smaller model, lower --mem-fraction-static or the"
        " context length, or use more GPUs",
    ),
    (
        re.compile(r"address already in use|Errno 98", re.IGNORECASE),
        "The port was taken while SGLang started: choose another with --port",
    ),
    (
        re.compile(
            r"is not a local folder and is not a valid model|RepositoryNotFound|LocalEntryNotFound"
            r"|couldn't connect to|Name or service not known|Repo id must|OfflineModeIsEnabled"
            r"|does not appear to have a file named config",
            re.IGNORECASE,
        ),
        "SGLang did not find the model: check its name and that Hugging Face can be reached, or"
        " give a folder with --model",
    ),
    (
        re.compile(r"unrecognized arguments|error: argument", re.IGNORECASE),
        "SGLang does not know one of its arguments: correct what follows --",
    ),
)
_ERROR_LINE = re.compile(r"(\w*(?:Error|Exception)\b.*|error: .*)")
_SIGNAL_LINE = re.compile(r"(Received sig.*|Killed.*)")


def verdict(
    log: str,
    file: Path,
    *,
    killed: bool = False,
    program: str = "SGLang",
    causes: Causes = SGLANG_CAUSES,
) -> str:
    """Return one sentence: the cause if it is a known one, the last error, and where the log is."""
    tail = log[-20_000:]
    errors = _matches(_ERROR_LINE, tail) or _matches(_SIGNAL_LINE, tail)
    last = f" ({errors[-1][:200]})" if errors else ""
    for pattern, meaning in causes:
        if pattern.search(tail):
            return f"{meaning}{last}; its log is {file}."
    if killed:
        return (
            f"{program} was killed, most likely for want of memory{last}: close other programs, or"
            f" serve a smaller model; its log is {file}."
        )
    return f"{program} ended by itself{last}; its log is {file}."


def _matches(pattern: re.Pattern[str], tail: str) -> list[str]:
    return [match[1].strip() for line in tail.split("\n") if (match := pattern.search(line))]
