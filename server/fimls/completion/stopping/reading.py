"""The rules, applied line by line to a text that grows at its end."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fimls.completion.stopping.place import Place, is_closing
from fimls.completion.stopping.repetition import looping_characters, looping_lines
from fimls.completion.stopping.scope import Scope, on_own_line, on_the_line
from fimls.completion.stopping.statement import Verdict, joins, judge
from fimls.syntax import Scan, indentation, marks_of, scan
from fimls.syntax.scan import LOOK_AHEAD

TELLING = 20
"""Letters and digits of a line that is the same line also when it is indented otherwise."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The end of a completion.

    Attributes:
        at: how much of the text is shown.
        why: name of the rule.
    """

    at: int
    why: str


@dataclass(slots=True, kw_only=True)
class Reading:
    """How far a text has been read; its fields hold only immutable values, so a copy is cheap.

    Attributes:
        place: where the completion stands.
        lines: what the user wants: ``single``, ``auto`` or ``multi``.
        max_lines: upper bound on shown lines.
        at: offset of the line that is being read.
        whole: the lines before it.
        headed: whether its beginning was looked at.
        scan: what is open before it.
        scope: what ends the completion, once that is decided.
        base: indentation of its first line.
        first: offset of that line.
        finished: where a complete statement ended, if the next line may still belong to it.
        settled: how much will be shown in any case.
        blanks: blank lines directly before the line that is being read.
        over: whether a blank line ends the paragraph, unless the next line is a deeper one.
        owed: closing brackets that the document lacks for what is around the completion.
        closing: whether the line closes the block around the completion.
        doubts: complete lines of the statement that did not parse.
    """

    place: Place
    lines: str
    max_lines: int
    at: int = 0
    whole: tuple[str, ...] = ()
    headed: bool = False
    scan: Scan | None = None
    scope: Scope | None = None
    base: int = 0
    first: int = 0
    finished: int | None = None
    settled: int = 0
    blanks: int = 0
    over: bool = False
    owed: str | None = None
    closing: bool = False
    doubts: int = 0

    def __post_init__(self) -> None:
        if self.scan is None:
            self.scan = self.place.before
        if self.owed is None:
            self.owed = self.place.owed


def read(reading: Reading, text: str, *, final: bool = False) -> Stop | None:
    """Read on to the end of `text`, and say where the completion ends, if it does.

    Args:
        reading: how far it was read; it is moved on.
        text: all of the text so far.
        final: whether nothing will follow, so that the last line is as it is.
    """
    while True:
        end = text.find("\n", reading.at)
        line = text[reading.at : end] if end >= 0 else text[reading.at :]
        complete = final or end >= 0
        stop = _begins(reading, line, complete) or _inside(reading, line, complete)
        if stop or not complete:
            return stop
        stop = _ends(reading, text, line, final=end < 0)
        if stop or end < 0:
            return stop
        if len(reading.whole) + 1 >= reading.max_lines:
            return Stop(end, "lines")
        reading.whole += (line,)
        reading.at = end + 1
        reading.headed = False


# --- the beginning of a line


_HEAD = re.compile(r"[ \t]*(?:\w+(?=\W)|[^\w\s].)")


def _begins(reading: Reading, line: str, complete: bool) -> Stop | None:
    """Look at a line's indentation and first word, once they are known."""
    if reading.headed or not line.strip() or not (complete or _HEAD.match(line)):
        return None
    reading.headed = True
    place, scanned = reading.place, reading.scan or Scan()
    before = place.around.before if not reading.whole else ""
    if before.strip():
        reading.scope = on_the_line(place, reading.lines)
        reading.base = indentation(before)
        return None
    depth = indentation(before + line)
    if reading.scope is None:
        if depth < place.shallow and not scanned.open:
            return Stop(0, "dedent")
        reading.base, reading.first = depth, reading.at
        reading.scope = on_own_line(place, reading.lines, depth)
        if scanned.open:
            reading.base = place.shallow
            reading.scope = Scope.STATEMENT
        return None
    if scanned.in_text or scanned.open:
        return None
    if reading.finished is not None:
        if not (depth > reading.base or (depth == reading.base and joins(place, line))):
            return Stop(_with_indent(reading, line), _reason(reading, reading.finished))
        reading.finished = None
    if reading.over:
        if depth <= reading.base:
            return Stop(reading.settled, "blank")
        reading.over = False
    if depth < reading.base:
        words = marks_of(place.around.language_id).words
        if is_closing(line, words) and not place.closes(reading.base):
            reading.closing = True
            return None
        if is_closing(line, words):
            # Where the bracket is right after the cursor, it goes to a line of its own.
            indent = len(line) - len(line.lstrip()) if place.after else 0
            return Stop(reading.at + indent, "block")
        return Stop(reading.at, "dedent")
    return None


def _with_indent(reading: Reading, line: str) -> int:
    """Return where a finished statement ends: before code on its line, with what leads to it."""
    end, before = reading.finished or 0, reading.place.around.before
    if not reading.place.after or before.strip():
        return end
    return reading.at + len(before) if line.startswith(before) and reading.at == end + 1 else end


# --- the inside of a line


def _inside(reading: Reading, line: str, complete: bool) -> Stop | None:
    """Look for a bracket that nothing opened, and for a loop; the earlier one ends it."""
    known = line if complete else line[: max(len(line) - LOOK_AHEAD, 0)]
    looping = looping_characters(line)
    if looping:
        known = known[: looping[0] - LOOK_AHEAD]
    stop = _unmatched(reading, line, len(known))
    if stop:
        return stop
    return Stop(reading.at + looping[1], "repetition") if looping else None


def _unmatched(reading: Reading, line: str, until: int) -> Stop | None:
    place = reading.place
    found = scan(line, marks_of(place.around.language_id), reading.scan)
    after = place.after.lstrip()
    if found.closed is not None and found.closed < until:
        quote = line[found.closed]
        if not reading.whole and after.startswith(quote):
            return Stop(reading.at + found.closed, "suffix")
    bracket = _first_unowed(line, found.unmatched, reading.owed or "")
    if bracket is None or bracket >= until:
        return None
    if not after:
        return Stop(reading.at + bracket, "block")
    # What stands after the cursor begins somewhere before this bracket, or further on.
    again = _overlap(line[: bracket + 1], after)
    return None if again is None else Stop(reading.at + again, "suffix")


def _first_unowed(line: str, unmatched: tuple[int, ...], owed: str) -> int | None:
    """Return the first bracket that closes what the document closes already."""
    for bracket in unmatched:
        if not owed or not owed.endswith(line[bracket]):
            return bracket
        owed = owed[:-1]
    return None


def _overlap(line: str, after: str) -> int | None:
    """Return where a line begins to repeat the beginning of `after`, or None."""
    for size in range(min(len(line), len(after)), 0, -1):
        if line.endswith(after[:size]):
            return len(line) - size
    return None


def _without(head: str, after: str, closer: str) -> int:
    """Return the length of `head` without what stands in `after` before the same bracket."""
    ahead = after.partition(closer)[0]
    return len(head) - len(ahead) if head.endswith(ahead) else len(head)


# --- the end of a line


def _ends(reading: Reading, text: str, line: str, *, final: bool) -> Stop | None:
    """Look at a whole line, and at the statement that it may complete."""
    place, scanned = reading.place, reading.scan or Scan()
    marks = marks_of(place.around.language_id)
    end = reading.at + len(line)
    before = place.around.before if not reading.whole else ""
    if not scanned.in_text and _is_next(place, before + line):
        return Stop(0 if before.strip() else reading.at, "suffix")
    if not line.strip():
        return _blank(reading, scanned, marks.indented, has_code=bool(before.strip()))
    after = scan(line + "\n", marks, scanned)
    owed = reading.owed or ""
    reading.owed = owed[: len(owed) - len(after.unmatched)] if owed else owed
    reading.closing = reading.closing or bool(after.unmatched)
    reading.scan, reading.blanks = after, 0
    if place.after:
        if (cut := _repeats_rest(line, place.after)) is not None:
            return Stop(reading.at + cut, "suffix")
        bracket = _first_unowed(line, after.unmatched, owed)
        if bracket is not None:
            cut = _without(line[:bracket], place.after.lstrip(), line[bracket])
            return Stop(reading.at + cut, "suffix")
    if loop := looping_lines((*reading.whole, line)):
        kept = "\n".join((*reading.whole, line)[: len(reading.whole) + 1 - loop])
        return Stop(len(kept), "repetition")
    if not final and (stop := _complete(reading, text[:end], line, after)):
        return stop
    if reading.finished is None:
        reading.settled = end
    return None


def _complete(reading: Reading, text: str, line: str, after: Scan) -> Stop | None:
    """Stop where the line completes what the scope asks for."""
    end, place = len(text), reading.place
    if reading.scope is Scope.LINE:
        return Stop(end, "line")
    if after.in_text or after.open:
        return None
    if reading.closing:
        return Stop(end, "block")
    if reading.scope is not Scope.STATEMENT:
        return None
    if place.after and place.around.before.strip():
        return Stop(end, _reason(reading, end))
    own_line = reading.first > 0 or not place.around.before.strip()
    code = line if reading.whole or own_line else place.around.before + line
    code = code[: after.code_end + len(code) - len(line)].strip() if after.code_end else ""
    verdict = judge(
        place, text, code, first=reading.first, base=reading.base, doubts=reading.doubts
    )
    if verdict is Verdict.OPEN:
        reading.doubts += 1
        return None
    if verdict is Verdict.HARD and not place.after:
        return Stop(end, _reason(reading, end))
    reading.settled = reading.finished = end
    return None


def _blank(reading: Reading, scanned: Scan, indented: bool, *, has_code: bool) -> Stop | None:
    if scanned.in_text or has_code:
        return None
    reading.blanks += 1
    if reading.scope is None:
        return Stop(0, "blank") if reading.blanks > 3 else None
    last = next(line for line in reversed(reading.whole) if line.strip())
    end = len("\n".join(reading.whole[: len(reading.whole) - reading.blanks + 1]))
    if reading.blanks >= 2:
        return Stop(end, "blank")
    if scanned.open:
        return None
    if reading.finished is not None and not indented:
        return Stop(end, _reason(reading, end))
    if reading.scope is Scope.PARAGRAPH:
        at_base = indentation(last) <= reading.base or len(reading.whole) == 1
        if at_base:
            return Stop(end, "blank")
        reading.over = True
        reading.settled = end
    return None


def _reason(reading: Reading, end: int) -> str:
    return "block" if any(s < end for s in _starts(reading) if s > reading.first) else "line"


def _starts(reading: Reading) -> list[int]:
    starts, at = list[int](), 0
    for line in reading.whole:
        starts.append(at)
        at += len(line) + 1
    return [*starts, reading.at]


def _is_next(place: Place, line: str) -> bool:
    """Whether a line is the one that follows in the document.

    A short one is only if it is indented like it: many blocks end with the same bracket.
    """
    following = place.next_line
    if following is None or line.strip() != following.strip():
        return False
    telling = sum(map(str.isalnum, line)) >= TELLING
    return telling or indentation(line) == indentation(following)


def _repeats_rest(line: str, after: str) -> int | None:
    """Return where a line begins to repeat the rest of the cursor's line, or None."""
    line = line.rstrip()
    return next(
        (len(line) - len(rest) for rest in (after.rstrip(), after.strip()) if line.endswith(rest)),
        None,
    )
