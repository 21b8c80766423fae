"""What the end of a line says: whether a statement, a block or a paragraph is complete."""

from __future__ import annotations

import re

from fimls.completion.stopping.clauses import may_add_clause
from fimls.completion.stopping.dedent import may_follow
from fimls.completion.stopping.loops import looping_lines
from fimls.completion.stopping.scope import Scope
from fimls.completion.stopping.statement import Verdict, judge
from fimls.completion.stopping.stop_context import StopContext
from fimls.completion.stopping.stop_state import Stop, StopState
from fimls.completion.stopping.within_line import TELLING, first_unowed, repeats_rest, without
from fimls.syntax import Scan, indentation, marks_of, scan_line

_INSIDE = re.compile(r"(?:[,(\[{\\=+\-*/%&|<?:.;]|[=-]>|\b(?:and|or|not|in|is|if|else|for))$")
"""What a line within brackets ends with that is not the last one."""

_HEADS = re.compile(
    r"@[\w.]+(?:\(.*\))?|#?\[\[?[A-Za-z][^\[\]]*\]\]?|template\s*<.*>|<[A-Za-z][^<>]*(?<!/)>"
)
"""A line that belongs to the next one: a decorator, attributes, an opening tag."""


def ends(reading: StopState, text: str, line: str, *, final: bool) -> Stop | None:
    """Look at a whole line, and at the statement that it may complete."""
    place, scanned = reading.place, reading.scan
    marks = marks_of(place.around.language_id)
    end = reading.at + len(line)
    before = reading.before
    is_new = not scanned.in_text and reading.pending is None
    if is_new and (stop := _repeats(reading, before + line, final=final)):
        return stop
    if not line.strip():
        return _blank(reading, scanned, marks.indented, has_code=bool(before.strip()))
    after = scan_line(line, marks, scanned)
    owed = reading.owed
    reading.owed = owed[: len(owed) - len(after.unmatched)] if owed else owed
    reading.closing = reading.closing or bool(after.unmatched)
    reading.scan, reading.blanks = after, 0
    if place.after:
        if (cut := repeats_rest(line, place.after, ended=not final)) is not None:
            return Stop(reading.at + cut, "suffix")
        bracket = first_unowed(line, after.unmatched, owed)
        if bracket is not None:
            cut = without(line[:bracket], place.after.lstrip(), line[bracket])
            return Stop(reading.at + cut, "suffix")
    if loop := looping_lines((*reading.whole, line)):
        kept = "\n".join((*reading.whole, line)[: len(reading.whole) + 1 - loop])
        return Stop(len(kept), "repetition")
    if reading.suspect is not None:
        return None
    if reading.aside is not None and line.lstrip().startswith(marks.line):
        return None  # the next line of code says what it means
    reading.aside = None
    if not final and (stop := _complete(reading, text[:end], line, after)):
        return stop
    if reading.finished is None and reading.pending is None and reading.owing is None:
        reading.settled = end
    return None


def _complete(reading: StopState, text: str, line: str, after: Scan) -> Stop | None:
    """Stop where the line completes what the scope asks for."""
    end, place = len(text), reading.place
    if reading.scope is Scope.LINE:
        return Stop(end, "line")
    if place.taken and not reading.whole and _unclosed(place, after):
        return Stop(end, "line")
    if place.taken and after.open == place.before.open and after.open.endswith((")", "]")):
        code = line[: after.code_end]
        on = after.in_text or _INSIDE.search(code) or not code.strip()
        reading.handed = None if on else end
    if after.in_text or after.open or reading.pending is not None:
        return None
    if reading.closing:
        if may_follow(reading, line):
            return None
        if reading.scope is not Scope.STATEMENT or place.after or not may_add_clause(reading):
            return Stop(end, "block")
        reading.closing, reading.settled, reading.finished = False, end, end
        return None
    if reading.scope is not Scope.STATEMENT:
        return None
    if place.after and place.around.before.strip():
        return reading.complete_at(end)
    own_line = reading.first > 0 or not place.around.before.strip()
    code = line if reading.whole or own_line else place.around.before + line
    code = code[: after.code_end + len(code) - len(line)].strip() if after.code_end else ""
    verdict = judge(
        place, text, code, first=reading.first, base=reading.base, doubts=reading.doubts
    )
    if verdict is Verdict.OPEN:
        reading.doubts += 1
        return None
    if verdict is Verdict.HARD and not place.after and not may_add_clause(reading):
        return reading.complete_at(end)
    reading.settled = reading.finished = end
    return None


def _unclosed(place: StopContext, after: Scan) -> bool:
    """Whether the cursor's line ends inside a string that cannot go on in the next one."""
    quote = place.before.until
    return quote in marks_of(place.around.language_id).quotes and after.closed is None


def _blank(reading: StopState, scanned: Scan, indented: bool, *, has_code: bool) -> Stop | None:
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
        return reading.complete_at(end)
    if reading.scope is Scope.PARAGRAPH:
        at_base = indentation(last) <= reading.base or len(reading.whole) == 1
        if at_base:
            return Stop(end, "blank")
        reading.over = True
        reading.settled = end
    return None


def _repeats(reading: StopState, line: str, *, final: bool) -> Stop | None:
    """Stop where the document goes on, seen by its next line.

    A short line is only the same if it is indented like it: many blocks end with the same bracket.
    And if a short line begins a block, or a line belongs to the next one, the line after it must be
    the same as well: code may well have a ``try:`` before a ``try:``, or two ``@Override``.
    """
    following = reading.place.following
    if not line.strip() or not following:
        return None
    if reading.suspect is not None:
        at, reading.suspect = reading.suspect, None
        if len(following) > 1 and line.strip() == following[1].strip():
            return Stop(at, "suffix")
    if line.strip() != following[0].strip():
        return None
    telling = sum(map(str.isalnum, line)) >= TELLING
    if not telling and indentation(line) != indentation(following[0]):
        return None
    heads = _HEADS.fullmatch(line.strip()) is not None
    if reading.place.around.begun(line) and not reading.whole:
        return None  # the user has typed most of the same line once more
    at = 0 if reading.before.strip() else reading.at
    if (heads or (not telling and line.rstrip().endswith((":", "{")))) and not final:
        reading.suspect = at
        return None
    return Stop(at, "suffix")
