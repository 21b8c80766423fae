r"""A text while many edits are made in it, one after the other, in any order.

`Text.replace` copies the tuple of lines: right for a keystroke, and minutes for the ten thousand
edits that an editor sends when one name is replaced everywhere. Here the text is cut into pieces of
about a thousand characters, in groups of some dozen, and each piece and group knows how many line
ends and units it has: an edit looks through the groups, through one group, and through one piece.

Invariant: no cut is between the ``\r`` and the ``\n`` of one line end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from fimls.text.position_encoding import Encoding
from fimls.text.text import Text

_PIECE = 1_024
"""Characters of a new piece; one that has grown to twice as many is cut."""

_GROUP = 64
"""Pieces of a new group; one that has grown to twice as many is cut."""

_FEW = 8
"""Edits that cost less one by one."""

_LINE_END = re.compile(r"\r\n|\r|\n")


class Change(NamedTuple):
    """An edit as LSP words it: positions are line and ``character``, in the client's units.

    Attributes:
        start: one end of what is replaced.
        end: the other end.
        new: what stands there instead.
    """

    start: tuple[int, int]
    end: tuple[int, int]
    new: str


def changed(text: Text, changes: Iterable[Change], encoding: Encoding) -> Text:
    """Return the text after all changes, each meant in the text that the one before it left."""
    changes = list(changes)
    if len(changes) > _FEW:
        draft = _Draft(str(text), encoding)
        for change in changes:
            draft.replace(*change)
        return Text.parse(str(draft))
    for start, end, new in changes:
        text = text.replace(text.point(*start, encoding), text.point(*end, encoding), new)
    return text


class _Piece:
    """A part of the text."""

    __slots__ = ("ends", "text", "units")

    def __init__(self, text: str, encoding: Encoding) -> None:
        self.text = text
        self.ends = text.count("\n") + text.count("\r") - text.count("\r\n")
        self.units = encoding.units(text, len(text))


class _Group:
    """Some pieces, and what they have together."""

    __slots__ = ("ends", "pieces", "units")

    def __init__(self, pieces: list[_Piece]) -> None:
        self.pieces = pieces
        self.ends = sum(piece.ends for piece in pieces)
        self.units = sum(piece.units for piece in pieces)

    def put(self, number: int, piece: _Piece) -> None:
        """Replace a piece by one."""
        before, self.pieces[number] = self.pieces[number], piece
        self.ends += piece.ends - before.ends
        self.units += piece.units - before.units


class _Draft:
    """The text; places in it are units from its beginning."""

    def __init__(self, text: str, encoding: Encoding) -> None:
        self._encoding = encoding
        pieces = [_Piece(part, encoding) for part in _cut(text)]
        self._groups = [_Group(some) for some in _by(pieces, _GROUP)]

    def __str__(self) -> str:
        return "".join(piece.text for group in self._groups for piece in group.pieces)

    def replace(self, one: tuple[int, int], other: tuple[int, int], new: str) -> None:
        """Replace what is between two positions, in either order."""
        place = self._place(*one)
        start, end = sorted((place, place if other == one else self._place(*other)))
        first, column = self._find(start)
        last, behind = self._find(end)
        tail = self._piece(last).text[behind:]
        if start and not column and (new + tail)[:1] == "\n" and self._before(start) == "\r":
            # What was a lone \r is now the first half of a \r\n.
            new = "\r" + new
            first, column = self._find(start - 1)
        made = self._piece(first).text[:column] + new
        if first == last:
            made, tail = made + tail, ""
        elif made.endswith("\r") and tail.startswith("\n"):
            made, tail = made + "\n", tail[1:]
        self._put(first, last, [*_cut(made), *([tail] if tail else [])])

    def _put(self, first: tuple[int, int], last: tuple[int, int], texts: list[str]) -> None:
        """Set texts for the pieces from one to another."""
        (group, piece), (end_group, end_piece) = first, last
        pieces = [_Piece(text, self._encoding) for text in texts if text]
        if first == last and len(pieces) == 1:
            self._groups[group].put(piece, pieces[0])
            return
        one, other = self._groups[group].pieces, self._groups[end_group].pieces
        merged = one[:piece] + pieces + other[end_piece + 1 :]
        groups = [_Group(merged)]
        if len(merged) > 2 * _GROUP:
            groups = [_Group(some) for some in _by(merged, _GROUP)]
        self._groups[group : end_group + 1] = [each for each in groups if each.pieces]
        if not self._groups:
            self._groups = [_Group([_Piece("", self._encoding)])]

    def _place(self, line: int, units: int) -> int:
        """Return the place that a position means; see `Text.point`."""
        if line < 0:
            return 0
        start, group, piece, column = self._line_start(line)
        return min(start + max(units, 0), self._line_stop(start, group, piece, column))

    def _line_start(self, line: int) -> tuple[int, int, int, int]:
        """Return where a line starts: place, group, piece and column; the text's end if beyond."""
        place = number = index = column = 0
        for number, group in enumerate(self._groups):
            if line > group.ends:
                line -= group.ends
                place += group.units
                continue
            for index, piece in enumerate(group.pieces):
                if line > piece.ends:
                    line -= piece.ends
                    place += piece.units
                    continue
                if line:
                    column = next(islice(_LINE_END.finditer(piece.text), line - 1, None)).end()
                    place += self._encoding.units(piece.text, column)
                return place, number, index, column
        return place, number + 1, 0, 0

    def _line_stop(self, place: int, number: int, index: int, column: int) -> int:
        """Return the place before the next line end, or the text's end."""
        for group in islice(self._groups, number, None):
            if not group.ends and not index:
                place += group.units
                continue
            for piece in islice(group.pieces, index, None):
                if piece.ends and (found := _LINE_END.search(piece.text, column)):
                    line = piece.text[column : found.start()]
                    return place + self._encoding.units(line, len(line))
                rest = piece.text[column:] if column else ""
                place += self._encoding.units(rest, len(rest)) if column else piece.units
                column = 0
            index = 0
        return place

    def _find(self, place: int) -> tuple[tuple[int, int], int]:
        """Return where the character after a place is: group and piece, and the column in that."""
        last = len(self._groups) - 1
        for number, group in enumerate(self._groups):
            if place >= group.units and number < last:
                place -= group.units
                continue
            final = len(group.pieces) - 1
            for index, piece in enumerate(group.pieces):
                if place < piece.units or (number == last and index == final):
                    return (number, index), self._encoding.column(piece.text, place)
                place -= piece.units
        raise AssertionError("unreachable: a draft has a last piece")

    def _before(self, place: int) -> str:
        """Return the character before a place."""
        where, column = self._find(place - 1)
        return self._piece(where).text[column]

    def _piece(self, where: tuple[int, int]) -> _Piece:
        return self._groups[where[0]].pieces[where[1]]


def _cut(text: str) -> Iterator[str]:
    """Yield the pieces of a text: one, unless it is long."""
    start = 0
    while len(text) - start > 2 * _PIECE:
        end = start + _PIECE
        end += text[end - 1 : end + 1] == "\r\n"
        yield text[start:end]
        start = end
    yield text[start:]


def _by(pieces: list[_Piece], size: int) -> Iterator[list[_Piece]]:
    return (pieces[at : at + size] for at in range(0, len(pieces), size))
