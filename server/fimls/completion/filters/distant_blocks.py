"""The blocks around a cursor that begin and end too far from it to be read.

A document can be long, and only some lines next to the cursor are read. What encloses them shows in
the indentation: a block begins on the last line above that is indented less, and ends on the first
one below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from fimls.completion.filters.bracket_reader import Reading, read
from fimls.completion.surroundings import Surroundings
from fimls.syntax import Delimiters

MOST_LINES_ABOVE = 60
"""Lines above the cursor that are read."""

MOST_LINES_BELOW = 30
"""Lines below the cursor that are read."""

MOST_LINES_FAR = 2_000
"""Lines beyond them that are searched for where blocks begin and end."""

MOST_LINES_OF_HEADER = 12
"""Lines over which the brackets of a block's header may be spread."""

_CLOSING = re.compile(r"\s*[)\]}]+")


def reading_above(around: Surroundings, marks: Delimiters) -> Reading:
    """Return what is open before the lines above the cursor that are read."""
    far = around.above[:-MOST_LINES_ABOVE]
    if not far:
        return Reading()
    if inside := _string_of_many_lines("\n".join(far), marks):
        return Reading(inside=inside)
    near = around.above[-MOST_LINES_ABOVE:]
    upwards = far[: -MOST_LINES_FAR - 1 : -1]
    places = list(_less_indented(near, upwards))
    opened = (bracket for place in reversed(places) for bracket in _opened(upwards, place, marks))
    return Reading(opened=tuple(opened))


def _opened(upwards: Sequence[str], place: int, marks: Delimiters) -> tuple[str, ...]:
    """Return what a block's first line opens; its header may go on in the next lines."""
    reading = read(upwards[place], marks)
    for line in upwards[max(0, place - MOST_LINES_OF_HEADER) : place][::-1]:
        if not reading.opened or reading.opened[-1] == "{":
            break
        reading = read("\n" + line, marks, reading)
    return reading.opened


def closings_below(around: Surroundings) -> Iterator[str]:
    """Yield the brackets that end blocks below the lines that are read."""
    near = around.below[:MOST_LINES_BELOW][::-1]
    far = around.below[MOST_LINES_BELOW : MOST_LINES_BELOW + MOST_LINES_FAR]
    for place in _less_indented(near, far):
        if found := _CLOSING.match(far[place]):
            yield found[0]


def _less_indented(near: Iterable[str], far: Sequence[str]) -> Iterator[int]:
    """Yield places of lines, going away from the cursor, that are indented less than all before."""
    level = next((_level(line) for line in near if line.strip()), 0)
    for place, line in enumerate(far):
        if level == 0:
            return
        if line.strip() and not line.startswith("#") and _level(line) < level:
            level = _level(line)
            yield place


def _level(line: str) -> int:
    """Return how far a line is indented; the lines of a block are further than its end."""
    text = line.lstrip()
    return 2 * len(line[: -len(text)].expandtabs(4)) + (text[0] in ")]}")


def _string_of_many_lines(text: str, marks: Delimiters) -> str:
    """Return what began the string or comment in which a text ends, told by counting only.

    All of a document can be counted, but not read, in the time there is.
    """
    for begin, end in marks.many_lines:
        if begin == end and len(begin) > 1 and text.count(begin) % 2:
            return begin
        if begin != end and text.rfind(begin) > text.rfind(end):
            return begin
    return ""
