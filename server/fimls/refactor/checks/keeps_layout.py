"""Indentation, line ends and the end of the file stay as the file has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fimls.refactor.change import Change
from fimls.refactor.checks.changed_part import LINE_END, line_at, new_part, old_part, tree
from fimls.syntax import in_comment, in_string, indentation


def keeps_layout(change: Change) -> str | None:
    """Refuse other line ends, another kind or width of indentation, and another base level.

    Where the file mixes them, everything that it has is accepted. What stands in a string or a
    comment of several lines is free.
    """
    start = max(change.before.rfind(end, 0, change.start) for end in "\r\n") + 1
    lead = change.before[start : change.start]
    old = list(_lines(lead + old_part(change), start))
    new = list(_lines(lead + new_part(change), start))
    return (
        _line_ends(change)
        or _last_line_end(change)
        or _tabs(change, new)
        or _width(change, new)
        or (None if lead.strip() else _level(change, old, new))
    )


def _line_ends(change: Change) -> str | None:
    usual, used = set(LINE_END.findall(change.before)), set(LINE_END.findall(change.after))
    if usual and not used <= usual:
        names = (_NAMES[next(iter(ends))] for ends in (used - usual, usual))
        return "It ends lines with {} where the file ends them with {}.".format(*names)
    return None


def _last_line_end(change: Change) -> str | None:
    before, after = (text.endswith(("\n", "\r")) for text in (change.before, change.after))
    if before and not after and change.after:
        return "It removes the line end at the end of the file."
    if after and not before and change.before:
        return "It adds a line end at the end of the file."
    return None


def _tabs(change: Change, new: Iterable[Line]) -> str | None:
    blanks = [line.blank for line in _lines(change.before)]
    tabs, spaces = any("\t" in each for each in blanks), any("  " in each for each in blanks)
    if tabs == spaces:
        return None
    for line in new:
        if ("  " if tabs else "\t") in line.blank and not _is_free(change, line):
            kinds = ("spaces", "tabs") if tabs else ("tabs", "spaces")
            where = line_at(change.after, line.start)
            return "It indents with {} where the file indents with {}, at {}.".format(*kinds, where)
    return None


def _width(change: Change, new: Iterable[Line]) -> str | None:
    usual = {width for width, _ in _steps(_lines(change.before))}
    for width, line in _steps(new) if usual else ():
        if width not in usual and not _is_free(change, line):
            where = line_at(change.after, line.start)
            return f"It indents by {width} columns and the file by {min(usual)}, at {where}."
    return None


def _level(change: Change, old: list[Line], new: list[Line]) -> str | None:
    """Compare where a part begins that begins with its line, and how far left it reaches."""
    if not old or not new:
        return None
    if old[0].column != new[0].column:
        where = line_at(change.after, new[0].start)
        return (
            f"It begins in column {new[0].column + 1} instead of {old[0].column + 1}, at {where}."
        )
    least = min(line.column for line in old)
    for line in new:
        if line.column < least and not line.is_mark and not _is_free(change, line):
            where = line_at(change.after, line.start)
            return f"It is indented less than the part that it replaces, at {where}."
    return None


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not empty: its blanks, the rest of it, and the offset of that."""

    blank: str
    text: str
    start: int

    @property
    def column(self) -> int:
        """Where its text begins."""
        return indentation(self.blank + "x")

    @property
    def is_mark(self) -> bool:
        """Whether it is something that stands left of the code: a label or a directive of C."""
        return self.text.startswith("#") or re.fullmatch(r"\w+:", self.text) is not None


def _lines(text: str, offset: int = 0) -> Iterator[Line]:
    for found in _LINE.finditer(text):
        yield Line(found.group(1), found.group(2).rstrip(), offset + found.start(2))


_LINE = re.compile(r"(?:^|(?<=[\r\n]))([ \t]*)([^ \t\r\n][^\r\n]*)")


def _steps(lines: Iterable[Line]) -> Iterator[tuple[int, Line]]:
    """Yield how much further a line is indented than the one before it that opens a block."""
    above: Line | None = None
    for line in lines:
        if above and above.text.endswith(("{", ":")) and line.column > above.column:
            yield line.column - above.column, line
        above = line


def _is_free(change: Change, line: Line) -> bool:
    """Whether a line of the new part begins inside a string or a comment."""
    parsed = tree(change.after, change.language)
    if parsed is None:
        return False
    return in_string(parsed, line.start) or in_comment(parsed, line.start)


_NAMES = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}
