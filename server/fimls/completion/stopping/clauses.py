"""Clauses of the statement around a completion: ``else``, ``catch``, ``case``.

Where brackets make the blocks, the document's own one closes the clause's block, and the
completion writes one for the block that it is in: on the clause's line, or on one above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fimls.completion.stopping.stop_state import Stop, StopState
from fimls.syntax import clauses_of, defines, first_word, indentation

_CLOSERS = " \t)]}>;,:{"

_LOOPS = ("for", "while", "async")


def may_add_clause(reading: StopState) -> bool:
    """Whether a clause of a statement around may follow a statement that is complete.

    Where more of the block stands below it hardly does, nor behind a loop: nobody waits for it.
    """
    below = reading.place.following[:1]
    least = indentation(below[0]) if below else 0
    if least >= reading.base:
        return False
    clauses = clauses_of(reading.place.around.language_id)
    for above in headers(reading, reading.base):
        word = first_word(above)
        if indentation(above) < least or defines(above):
            return False
        if word not in _LOOPS and any(word in before for before in clauses.values()):
            return True
    return False


def reopens(reading: StopState, line: str, depth: int, stop: Stop) -> bool:
    """Whether a line closes the document's block, and it or the next begins a clause.

    The document's own bracket then closes that one. Until it is opened, the completion would end
    where `stop` says.
    """
    closed = line.strip() == "}"
    above = header(reading, depth)
    if above is None or reading.place.after or not line.lstrip().startswith("}"):
        return False
    if not (may_add_clause(reading) if closed else is_clause(reading, line, above, depth)):
        return False
    reading.pending, reading.owed = stop, reading.owed + "}"
    reading.reopened, reading.base = not closed, depth + 1
    return True


def begins_block(reading: StopState, line: str, depth: int) -> bool:
    """Whether a line begins the clause, or its block, that a line above has closed one for."""
    if reading.reopened:
        return line.lstrip().startswith("{")
    above = header(reading, depth)
    reading.reopened = above is not None and bool(is_clause(reading, line, above, depth))
    return reading.reopened


def hand_over(reading: StopState) -> None:
    """Leave the bracket of a clause that was begun for it to the document."""
    if reading.reopened and reading.scan.open.endswith("}"):
        reading.pending, reading.reopened, reading.closing = None, False, False
        reading.scan = replace(reading.scan, open=reading.scan.open[:-1])


def is_clause(reading: StopState, line: str, above: str, depth: int) -> bool | None:
    """Whether a line is a clause between what stands above and below; None if it is no clause."""
    clauses = clauses_of(reading.place.around.language_id)
    word = first_word(line)
    if (before := clauses.get(word)) is None:
        return None
    below = [b for b in reading.place.following if b.strip() != "}"][:1]
    next_word = first_word(below[0]) if below and indentation(below[0]) == depth else ""
    return first_word(above) in before and word in clauses.get(next_word, (word,))


def header(reading: StopState, depth: int) -> str | None:
    """Return the line above whose block a line indented by `depth` would end."""
    for line in _above(reading):
        if line.strip() and indentation(line) <= depth:
            if indentation(line) < depth:
                return None
            if line.strip(_CLOSERS):
                return line
    return None


def headers(reading: StopState, depth: int) -> Iterator[str]:
    """Yield the lines above in whose blocks a line indented by `depth` is, the innermost first."""
    for line in _above(reading):
        if line.strip(_CLOSERS) and indentation(line) < depth:
            depth = indentation(line)
            yield line


def _above(reading: StopState) -> Iterator[str]:
    yield from reversed(reading.whole[1:])
    around = reading.place.around
    yield around.before + (reading.whole[0] if reading.whole else "")
    yield from reversed(around.above)
