"""What stands inside a line: brackets that nothing opened, the rest of the cursor's line, loops."""

from __future__ import annotations

import re

from fimls.completion.closers_behind import ends_string
from fimls.completion.stopping.loops import looping_characters
from fimls.completion.stopping.stop_state import Stop, StopState
from fimls.syntax import indentation, marks_of, scan
from fimls.syntax.delimiter_scan import LOOK_AHEAD

_SENTENCE_END = re.compile(r"(?:\\[nrt]|[.!?])+\Z")

TELLING = 20
"""Letters and digits of a line that is the same line also when it is indented otherwise."""

_TELLING = 3
"""Many words end with the same one or two letters."""


def inside(reading: StopState, line: str, complete: bool) -> Stop | None:
    """Look for a bracket that nothing opened, and for a loop; the earlier one ends it."""
    known = line if complete else line[: max(len(line) - LOOK_AHEAD, 0)]
    looping = looping_characters(line)
    if looping:
        known = known[: looping[0] - LOOK_AHEAD]
    stop = _unmatched(reading, line, len(known), complete=complete)
    if stop:
        return stop
    return Stop(reading.at + looping[1], "repetition") if looping else None


def _unmatched(reading: StopState, line: str, until: int, *, complete: bool) -> Stop | None:
    place = reading.place
    found = scan(line, marks_of(place.around.language_id), reading.scan)
    after = place.after.lstrip()
    if (at := _closed(reading, line, complete=complete)) is not None and at < until:
        return Stop(reading.at + at, "suffix")
    bracket = first_unowed(line, found.unmatched, reading.owed)
    if bracket is None or bracket >= until:
        return None
    if reading.whole and begins_next(line[: bracket + 1], place.following):
        return Stop(reading.at, "suffix")
    if place.taken:
        return Stop(reading.at + bracket, "block")
    if not after:
        # What of the line closes something that the document closes is the filters' to say.
        return Stop(reading.at + len(line), "block") if complete else None
    # What stands after the cursor begins somewhere before this bracket, or further on.
    again = _repeats_beginning(line[: bracket + 1], after)
    return None if again is None else Stop(reading.at + again, "suffix")


def _closed(reading: StopState, line: str, *, complete: bool) -> int | None:
    """Return where a line ends the string or comment that the document itself ends further on.

    A string that ends in the cursor's line may be closed and another one begun, which the rest of
    the line then ends: the whole line says it.
    """
    place = reading.place
    mark = place.text_below if reading.scan.until == place.text_below else ""
    if not reading.whole and place.string:
        mark = place.string if complete else ""
    if not mark:
        return None
    unescaped = re.compile(rf"(?<!\\){re.escape(mark)}")
    found = unescaped.search(line)
    if found is None or _within_code(reading, line, found.start()):
        return None
    at = found.start()
    if mark != place.string or reading.whole:
        return at if line[:at].strip() else 0
    again = repeats_rest(line, place.after, ended=True)
    if again is not None and not ends_string(mark, line[:again]):
        return again
    if not ends_string(mark, line):
        return None
    ahead = unescaped.split(place.after)[0]
    if line[:at].endswith(ahead):
        return at - len(ahead)
    # Both may end with the same escape or full stop.
    end = _SENTENCE_END.search(line[:at])
    return end.start() if end and ahead.endswith(end[0]) else at


def _within_code(reading: StopState, line: str, at: int) -> bool:
    """Whether a quote of a line stands in code within the string that the line begins in."""
    marks = marks_of(reading.place.around.language_id)
    state = scan(line[:at], marks, reading.scan)
    return len(state.nested) > max(1, len(reading.scan.nested)) or "${" in line[:at]


def begins_next(line: str, following: list[str]) -> bool:
    """Whether the document's next line begins like this, in its column or with many letters."""
    if not following or not following[0].strip().startswith(line.strip()):
        return False
    letters = sum(map(str.isalnum, line))
    return letters >= TELLING or (letters > 0 and indentation(line) == indentation(following[0]))


def first_unowed(line: str, unmatched: tuple[int, ...], owed: str) -> int | None:
    """Return the first bracket that closes what the document closes already."""
    for bracket in unmatched:
        if not owed or not owed.endswith(line[bracket]):
            return bracket
        owed = owed[:-1]
    return None


def _repeats_beginning(line: str, after: str) -> int | None:
    """Return where a line begins to repeat the beginning of `after`, or None."""
    for size in range(min(len(line), len(after)), 0, -1):
        if line.endswith(after[:size]):
            return len(line) - size
    return None


def without(head: str, after: str, closer: str) -> int:
    """Return the length of `head` without what stands in `after` before the same bracket."""
    ahead = after.partition(closer)[0]
    return len(head) - len(ahead) if head.endswith(ahead) else len(head)


def repeats_rest(line: str, after: str, *, ended: bool) -> int | None:
    """Return where a line begins to repeat the rest of the cursor's line, or None.

    A line that the model has ended must have it: few letters are then no chance.
    """
    line = line.rstrip()
    for rest in (after.rstrip(), after.strip()):
        at = len(line) - len(rest)
        chance = not ended and len(rest) < _TELLING and (line[at - 1 : at] + rest).isalnum()
        if line.endswith(rest) and not chance:
            return at
    return None
