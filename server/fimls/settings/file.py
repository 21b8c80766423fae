"""A settings file read within bounds: whatever it holds, reading it ends, and takes little."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from fimls.bounded_file import read_regular_file
from fimls.errors import ConfigurationError

MOST_BYTES = 2**15
"""Of a settings file; one with every setting in it, and what each means, has 10,000."""

DEEPEST = 16
"""Tables and lists inside one another; no setting needs more than three."""

_INTEGERS = range(-(2**63), 2**63)
"""What TOML promises to keep."""

_LONG_NAME = re.compile(
    r"""(?<![\w"'-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}""", re.ASCII
)
"""A name of thousands of parts takes `tomllib` seconds and a gigabyte."""


class SettingsFileError(ConfigurationError):
    """A settings file is there and cannot be used; the sentence has no full stop yet."""


def read_settings_file(file: Path) -> dict[str, Any] | None:
    """Return the tables of a settings file, or None where there is no file.

    What they mean is not looked at: `fimls.settings` does that.

    Raises:
        SettingsFileError: it is not a regular file, too large, not TOML, or nested too deeply.
    """
    try:
        data = read_regular_file(file, most_bytes=MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsFileError(f"{file} cannot be read ({error.strerror})") from error
    try:
        text = data.decode("utf-8-sig")  # some editors begin a file with a byte order mark
    except UnicodeDecodeError as error:
        raise SettingsFileError(f"{file} cannot be read (it is not UTF-8)") from error
    return _tables(text, file) if text else {}


def _tables(text: str, file: Path) -> dict[str, Any]:
    import tomllib  # most starts find no file

    too_deep = f"{file} has tables or lists more than {DEEPEST} deep"
    if _LONG_NAME.search(text):
        raise SettingsFileError(too_deep)
    try:
        tables = tomllib.loads(text)
    except RecursionError as error:
        raise SettingsFileError(too_deep) from error
    except ValueError as error:  # of `tomllib`, and of Python for numbers of thousands of digits
        raise SettingsFileError(f"{file} is not TOML ({_shortly(error)})") from error
    for value, depth in _walk(tables):
        if depth > DEEPEST:
            raise SettingsFileError(too_deep)
        if isinstance(value, int) and value not in _INTEGERS:
            raise SettingsFileError(f"{file} has a number with more digits than 64 bits hold")
        if isinstance(value, str) and "\0" in value:
            raise SettingsFileError(f"{file} has a text with a NUL in it")
    return tables


def _walk(tables: dict[str, Any]) -> Iterator[tuple[Any, int]]:
    """Yield every name and value, and how many tables and lists are around it."""
    left: list[tuple[Any, int]] = [(tables, 0)]
    while left:
        value, depth = left.pop()
        yield value, depth
        if depth > DEEPEST:
            continue
        if isinstance(value, dict):
            table = cast("dict[str, Any]", value)
            left += [(each, depth + 1) for each in (*table, *table.values())]
        elif isinstance(value, list):
            left += [(each, depth + 1) for each in cast("list[Any]", value)]


def _shortly(error: ValueError) -> str:
    # `tomllib` shows what it stumbles over: it may be a control character, or a whole key.
    return "".join(char if char.isprintable() else "?" for char in str(error))[:200]
