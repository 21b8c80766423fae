"""What the beginning of a line says: whether it still belongs to the completion."""

from __future__ import annotations

import re
from dataclasses import replace

from fimls.completion.stopping.clauses import begins_block, reopens
from fimls.completion.stopping.dedent import adds_clause, goes_on
from fimls.completion.stopping.scope import Scope, on_own_line, on_the_line
from fimls.completion.stopping.statement import joins
from fimls.completion.stopping.stop_context import is_closing
from fimls.completion.stopping.stop_state import Stop, StopState
from fimls.syntax import indentation, marks_of

_WORD = r"(?:else\b[ \t]*(?:\w+(?=\W)|[^\w\s])|(?!else\b)\w+(?=\W))"
_HEAD = re.compile(rf"[ \t]*(?:[)\]}}]+[ \t]*(?:{_WORD}|[^\w\s)\]}}])|{_WORD}|[^\w\s)\]}}].)")
"""A word and what follows it, or two other characters: enough to tell what a line is.

What stands behind a bracket that closes belongs to it, and ``if`` to ``else``."""

_OPERATOR = re.compile(r"[ \t]*(?:(?:and|or|in|is)\b|[?:.+\-*/%=<>|&^])")
"""What a line within brackets begins with where the one before it is not the last."""

_CLOSER = re.compile(r"[ \t]*[)\]}]+[ \t]*(?:\w*|else[ \t]+\w*)$")


def begins(reading: StopState, line: str, complete: bool) -> Stop | None:
    """Look at a line's indentation and first word, once they are known."""
    if reading.headed or not line.strip() or not (complete or _HEAD.match(line)):
        return None
    reading.headed = True
    place, scanned = reading.place, reading.scan
    if reading.before.strip():
        reading.scope = on_the_line(place, reading.lines)
        reading.base = indentation(reading.before)
        return None
    depth = indentation(reading.before + line)
    if reading.scope is None:
        if depth < place.shallow and not scanned.open and not goes_on(reading, line, depth):
            words = marks_of(place.around.language_id).words
            if not is_closing(line, words) or place.closes(depth + 1):
                return Stop(0, "dedent")
            reading.closing = True
        reading.base, reading.first = depth, reading.at
        reading.scope = on_own_line(place, reading.lines, depth)
        if scanned.open:
            reading.base = place.shallow
            reading.scope = Scope.STATEMENT
        return None
    if reading.pending is not None:
        return None if begins_block(reading, line, depth) else reading.pending
    if reading.handed is not None:
        handed, reading.handed = reading.handed, None
        more = is_closing(line, ()) or joins(place, line) or _OPERATOR.match(line)
        if not more:
            return Stop(handed, "line")
    if scanned.in_text or scanned.open or _continues(reading) or _is_aside(reading, line, depth):
        return None
    return _leaves(reading, line, depth)


def _leaves(reading: StopState, line: str, depth: int) -> Stop | None:
    """Stop before a line of code that belongs to what is around the completion."""
    place = reading.place
    if reading.finished is not None:
        if adds_clause(reading, line, depth):
            reading.finished = None
            return None
        if not (depth > reading.base or (depth == reading.base and joins(place, line))):
            finished = reading.complete_at(reading.finished)
            return replace(finished, at=_with_indent(reading, line))
        reading.finished = None
    if reading.over:
        if depth < reading.base or (depth == reading.base and not joins(place, line)):
            return Stop(reading.settled, "blank")
        reading.over = False
    if depth < reading.base:
        words = marks_of(place.around.language_id).words
        if is_closing(line, words) and not place.closes(depth + 1):
            reading.closing = True
            return None
        if is_closing(line, words) and reopens(reading, line, depth, Stop(reading.at, "block")):
            return None
        if is_closing(line, words):
            # Where the bracket is right after the cursor, it goes to a line of its own.
            indent = len(line) - len(line.lstrip()) if place.after else 0
            return Stop(reading.at + indent, "block")
        if not goes_on(reading, line, depth):
            return Stop(reading.at, "dedent")
    return None


def _is_aside(reading: StopState, line: str, depth: int) -> bool:
    """Whether a line is a comment further left than the code above it, which ends no block."""
    marks = marks_of(reading.place.around.language_id).line
    if not marks or not line.lstrip().startswith(marks):
        return False
    if reading.aside is None:
        last = next((each for each in reversed(reading.whole) if each.strip()), "")
        if depth >= indentation(last):
            return False
        reading.aside = reading.at
    return True


def _continues(reading: StopState) -> bool:
    """Whether a backslash joins the line to the one before it, however it is indented."""
    last = reading.whole[-1] if reading.whole else ""
    return (len(last) - len(last.rstrip("\\"))) % 2 == 1


def awaits_head(reading: StopState, line: str) -> bool:
    """Whether it depends on the next word what the bracket at a line's beginning means."""
    return not reading.headed and _CLOSER.match(line) is not None


def _with_indent(reading: StopState, line: str) -> int:
    """Return where a finished statement ends: before code on its line, with what leads to it."""
    end, before = reading.finished or 0, reading.place.around.before
    if not reading.place.after or before.strip():
        return end
    return reading.at + len(before) if line.startswith(before) and reading.at == end + 1 else end
