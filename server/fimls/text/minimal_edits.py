"""The smallest edits that make one text of another: what is not changed is not touched.

Editors move cursors, marks and folds with the text around them. An edit that replaced a whole
document would lose them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from fimls.text.text import Point, Text


@dataclass(frozen=True, slots=True)
class Edit:
    """A part of a text that is replaced.

    Attributes:
        start: where it begins in the text as it is.
        end: where it ends.
        new: what stands there instead.
    """

    start: Point
    end: Point
    new: str


def edits_between(before: Text, after: Text, *, whole: bool = False) -> list[Edit]:
    """Return the edits, in order, that make `after` of `before`; they do not touch one another.

    Lines are compared first, then the characters of lines that differ. No edit begins or ends
    inside a line's terminator.

    Args:
        before: the text as it is.
        after: the text as it is to be.
        whole: lines that differ are replaced as a whole, without comparing their characters.
    """
    old, new = before.lines, after.lines
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    edits: list[Edit] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if whole:
            yielded = "".join(new[c:d])
            edits.append(Edit(_point(before, head + a, 0), _end(before, head + b), yielded))
            continue
        pairs = zip(range(a, b), range(c, d), strict=True) if b - a == d - c else None
        for first, last, lines in (
            [(n, n + 1, new[m : m + 1]) for n, m in pairs] if pairs else [(a, b, new[c:d])]
        ):
            edits += _trimmed(before, head + first, head + last, "".join(lines))
    return edits


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many lines, or characters, are the same at the beginning."""
    same = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        same += 1
    return same


def _trimmed(text: Text, first: int, last: int, new: str) -> Iterator[Edit]:
    """Yield the edit that puts `new` for whole lines, without the characters that stay."""
    old = "".join(text.lines[first:last])
    start = _common(old, new)
    start -= _splits(old, start) or _splits(new, start)
    end = _common(old[start:][::-1], new[start:][::-1])
    while _splits(old, len(old) - end) or _splits(new, len(new) - end):
        end -= 1
    if start + end < max(len(old), len(new)):
        yield Edit(
            _point(text, first, start),
            _point(text, first, len(old) - end),
            new[start : len(new) - end],
        )


def _splits(text: str, place: int) -> bool:
    r"""Whether a place is inside a ``\r\n``."""
    return text[place - 1 : place + 1] == "\r\n" if place else False


def _end(text: Text, line: int) -> Point:
    """Return the beginning of a line, or the end of the text."""
    if line < len(text.lines):
        return Point(line, 0)
    return Point(len(text.lines) - 1, len(text.lines[-1])) if text.lines else Point(0, 0)


def _point(text: Text, line: int, offset: int) -> Point:
    """Return the point that is `offset` characters behind a line's beginning."""
    while line + 1 < len(text.lines) and offset >= len(text.lines[line]):
        offset -= len(text.lines[line])
        line += 1
    return Point(line, offset)
