"""How a text is laid out, for what is put into it."""

from __future__ import annotations

import re


def line_end_of(text: str) -> str:
    """Return how the first line of a text ends; as everywhere where there is only one."""
    found = re.search(r"\r\n|\n|\r", text)
    return found[0] if found else "\n"


def with_line_ends_of(made: str, text: str) -> str:
    """Return a text with its lines ended as another's are."""
    return re.sub(r"\r\n|\n|\r", line_end_of(text), made)


def indent_at(text: str, offset: int) -> str:
    """Return the blanks that the line of an offset begins with."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    found = re.compile(r"[ \t]*").match(text, start)
    return found[0] if found else ""


def unit_of(text: str, start: int, end: int) -> str:
    """Return one step of indentation, as some lines of a text have it, the first apart."""
    outer = indent_at(text, start)
    for found in re.finditer(r"(?<=[\r\n])[ \t]+(?=\S)", text[start:end]):
        if found[0] != outer and found[0].startswith(outer):
            return found[0].removeprefix(outer)
    return "\t" if "\n\t" in text else "    "


_SHOWN = 40


def in_one_line(code: str) -> str:
    """Return code as a title can show it: in one line, cut where it is long."""
    shown = " ".join(code.split())
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
