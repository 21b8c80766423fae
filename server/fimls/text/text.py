"""The text of a document as lines, the way LSP splits them, and points in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from sys import getsizeof
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fimls.text.position_encoding import Encoding


class Point(NamedTuple):
    """A place between two characters; points compare in reading order.

    Attributes:
        line: line number from 0.
        column: code points between the start of the line and the point.
    """

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Text:
    r"""An immutable text.

    Invariant: only ``\n``, ``\r\n`` and a lone ``\r`` end a line, as LSP says; form feeds and the
    other things that `str.splitlines` breaks at do not.

    Attributes:
        lines: every line with its terminator; the last one has none and may be empty.
    """

    lines: tuple[str, ...] = ("",)

    @classmethod
    def parse(cls, text: str) -> Text:
        """Split `text` into lines; ``str()`` of the result gives `text` back."""
        return cls(tuple(_split(text)))

    def __str__(self) -> str:
        return "".join(self.lines)

    def line(self, number: int) -> str:
        """Return a line without its terminator."""
        line = self.lines[number]
        return line[: _content_length(line)]

    @property
    def weight(self) -> int:
        """About how many bytes it takes in memory: of short lines, many times their characters."""
        return sum(map(getsizeof, self.lines)) + _OF_A_LINE * len(self.lines)

    @property
    def end(self) -> Point:
        """The point after the last character."""
        return Point(len(self.lines) - 1, len(self.lines[-1]))

    def clamp(self, point: Point) -> Point:
        """Return the nearest point of this text, which is never inside a line's terminator."""
        line, column = point
        if line < 0:
            return Point(0, 0)
        if line >= len(self.lines):
            return self.end
        return Point(line, min(max(column, 0), _content_length(self.lines[line])))

    def point(self, line: int, units: int, encoding: Encoding) -> Point:
        """Return the point an LSP position means.

        As LSP has it, units beyond the line's end mean its end, before the terminator. A line
        beyond the last one means the end of the text, and units that end inside a character mean
        its start.
        """
        if not 0 <= line < len(self.lines):
            return self.clamp(Point(line, 0))
        return Point(line, encoding.column(self.line(line), units))

    def units(self, point: Point, encoding: Encoding) -> int:
        """Return LSP's ``character`` of a point."""
        line, column = self.clamp(point)
        return encoding.units(self.lines[line], column)

    def offset(self, point: Point) -> int:
        """Return the number of code points of the text before a point."""
        line, column = self.clamp(point)
        return sum(map(len, self.lines[:line])) + column

    def point_at(self, offset: int) -> Point:
        """Return the point behind a number of code points, never inside a line's terminator."""
        last = len(self.lines) - 1
        for number, line in enumerate(self.lines):
            if offset < len(line) or number == last:
                return self.clamp(Point(number, offset))
            offset -= len(line)
        raise AssertionError("unreachable: a text has a last line")

    def slice(self, start: Point, end: Point) -> str:
        """Return the characters between two points; empty when they are in the wrong order."""
        start, end = self.clamp(start), self.clamp(end)
        if start >= end:
            return ""
        if start.line == end.line:
            return self.lines[start.line][start.column : end.column]
        first = self.lines[start.line][start.column :]
        last = self.lines[end.line][: end.column]
        return "".join((first, *islice(self.lines, start.line + 1, end.line), last))

    def replace(self, start: Point, end: Point, new: str) -> Text:
        """Return the text with what stands between two points, in either order, replaced.

        Only the lines that the edit touches are split again.
        """
        start, end = sorted((self.clamp(start), self.clamp(end)))
        first, last = start.line, end.line + 1
        changed = self.lines[first][: start.column] + new + self.lines[end.line][end.column :]
        if first and changed.startswith("\n") and self.lines[first - 1].endswith("\r"):
            # What was a lone \r is now the first half of a \r\n. Nothing can join at the other
            # end: the last touched line keeps its terminator, and no point lies inside one.
            first -= 1
            changed = self.lines[first] + changed
        lines = _split(changed)
        if last < len(self.lines):
            lines.pop()  # The empty rest after a terminator is the next line's start, not a line.
        return Text(self.lines[:first] + tuple(lines) + self.lines[last:])


_OF_A_LINE = 16
"""Bytes of a line beside its text: its place in the tuple, and what is left free behind it."""


def weight_of(text: str) -> int:
    """Return the most that a text weighs as lines; see `Text.weight`."""
    lines = text.count("\n") + text.count("\r") + 1
    return getsizeof(text) + lines * (getsizeof("") + _OF_A_LINE)


# Possessive: a long last line is not read once more for each of its characters.
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)|[^\r\n]++")


def _split(text: str) -> list[str]:
    lines = _LINE.findall(text)
    if not lines or lines[-1].endswith(("\r", "\n")):
        lines.append("")
    return lines


def _content_length(line: str) -> int:
    if line.endswith("\r\n"):
        return len(line) - 2
    return len(line) - line.endswith(("\n", "\r"))
