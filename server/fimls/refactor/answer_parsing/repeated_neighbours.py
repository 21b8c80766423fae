"""Answers that say again what stands around the part."""

from __future__ import annotations

from fimls.refactor.action import Target
from fimls.refactor.selection import Selection
from fimls.text import Text


def without_neighbours(code: str, selection: Selection, target: Target) -> str:
    """Return code without the lines at its beginning that stand directly before the part.

    Asked for a function's body, models write its head as well. It is only taken off where all its
    lines are those of the file, and where the part itself does not begin with them.
    """
    lines = Text.parse(code).lines
    above = _stripped(selection.text[: target.start])
    part = _stripped(selection.text[target.start : target.end])
    for count in range(min(len(lines) - 1, len(above), _MOST), 0, -1):
        head = [line.strip() for line in lines[:count]]
        if all(head) and head == above[-count:] and head != part[:count]:
            return "".join(lines[count:])
    return code


_MOST = 20


def _stripped(text: str) -> list[str]:
    return [line for each in Text.parse(text).lines if (line := each.strip())]
