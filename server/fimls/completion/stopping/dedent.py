"""Lines behind the first one: whether they belong to a completion.

Layout does not tell: behind a block the rest of its function may follow, or what the next function
was to be. The model knows better how sure it is of a line, and its probability is at hand.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from fimls.completion.stopping.scope import Scope
from fimls.completion.stopping.state import Reading, Stop
from fimls.syntax import clauses_of, defines, defines_function, first_word, indentation

OPENING = (":", "{")
"""How a line ends whose block follows."""


_CLOSERS = " \t)]}>;,:{"

_LOOPS = ("for", "while", "async")


def goes_on(reading: Reading, line: str, depth: int) -> bool:
    """Whether a line that begins less indented, by `depth`, may still belong to a completion.

    A clause of the statement that the completion is in does (``else``). Any other line needs the
    model's certainty, never leaves a definition, and must not take what stands below out of its
    block; `doubtful` and `takes_over` look at the rest of it.
    """
    above = _header(reading, depth)
    if above is None:
        return False
    place = reading.place
    fits = _fits(reading, line, above, depth)
    if fits:
        reading.base = depth + 1  # its own lines; what stands beside it is looked at again
    elif fits is not None or reading.scope is Scope.CLAUSE or not reading.tells:
        return False
    elif defines(above) and not _in_function(reading, depth):
        return False
    else:
        reading.base = depth
    reading.alone = _owns(place.following, depth)
    return True


def may_add_clause(reading: Reading) -> bool:
    """Whether a clause of the statement around may follow one that is complete.

    Where more of the block stands below it hardly does, nor behind a loop: nobody waits for it.
    """
    place = reading.place
    if place.following and indentation(place.following[0]) >= reading.base:
        return False
    around = next((a for a in _above(reading) if a.strip(_CLOSERS) and _inside(reading, a)), "")
    word = first_word(around)
    clauses = clauses_of(place.around.language_id)
    return word not in _LOOPS and any(word in before for before in clauses.values())


def adds_clause(reading: Reading, line: str, depth: int) -> bool:
    """Whether a line begins a clause of the statement around one that is complete."""
    if reading.scope is not Scope.STATEMENT or depth >= reading.base or not may_add_clause(reading):
        return False
    reading.scope = Scope.CLAUSE
    closes = line.lstrip().startswith("}")
    if not (reopens if closes else goes_on)(reading, line, depth):
        reading.scope = Scope.STATEMENT
    return reading.scope is Scope.CLAUSE


def reopens(reading: Reading, line: str, depth: int) -> bool:
    """Whether a line closes the document's block and begins a clause (``} else {``).

    The document's own bracket then closes that one.
    """
    above = _header(reading, depth)
    if above is None or reading.place.after or not line.lstrip().startswith("}"):
        return False
    reading.reopened = bool(_fits(reading, line, above, depth))
    if reading.reopened:
        reading.owed += "}"
    return reading.reopened


def hand_over(reading: Reading) -> None:
    """Leave the bracket of a clause that was begun for it to the document."""
    if reading.reopened:
        reading.reopened = reading.closing = False
        reading.scan = replace(reading.scan, open=reading.scan.open[:-1])


def may_follow(reading: Reading, line: str) -> bool:
    """Whether more of what is around may follow a line that closes the completion's block."""
    depth = indentation(line)
    if not reading.tells or not depth or reading.place.after:
        return False
    if reading.scope not in (Scope.BLOCK, Scope.PARAGRAPH):
        return False
    reading.closing, reading.base = False, depth
    return True


def doubtful(reading: Reading, line: str) -> Stop | None:
    """Stop before a line behind the first one that the model is not sure enough of.

    What stands between brackets is no line of its own, nor is what a string goes on with.
    """
    sure, scanned = reading.certainty, reading.scan
    if sure is None or not reading.tells or not reading.headed or not reading.at:
        return None
    if scanned.open or scanned.in_text or not line.strip():
        return None
    if sure.between(reading.at - 1, reading.at + len(line)) >= math.log(reading.least):
        return None
    return Stop(reading.at, "confidence")


def takes_over(reading: Reading, line: str) -> Stop | None:
    """Stop before a line behind which what stands below would be in no block any more."""
    if reading.reopened and not line.rstrip().endswith("{"):
        return Stop(reading.at, "block")
    if not reading.alone:
        return None
    reading.alone = False
    if not line.rstrip().endswith(OPENING):
        return Stop(reading.at, "dedent")
    reading.base = indentation(reading.place.following[0])
    return None


def _owns(following: list[str], depth: int) -> bool:
    """Whether a line indented by `depth` must begin the block that stands below."""
    return bool(following) and indentation(following[0]) > depth


def _fits(reading: Reading, line: str, above: str, depth: int) -> bool | None:
    """Whether a line is a clause between what stands above and below; None if it is no clause."""
    clauses = clauses_of(reading.place.around.language_id)
    word = first_word(line)
    if (before := clauses.get(word)) is None:
        return None
    below = reading.place.following[:1]
    next_word = first_word(below[0]) if below and indentation(below[0]) == depth else ""
    return first_word(above) in before and word in clauses.get(next_word, (word,))


def _header(reading: Reading, depth: int) -> str | None:
    """Return the line above whose block a line indented by `depth` would end."""
    for line in _above(reading):
        if line.strip() and indentation(line) <= depth:
            if indentation(line) < depth:
                return None
            if line.strip(_CLOSERS):
                return line
    return None


def _inside(reading: Reading, line: str) -> bool:
    """Whether what is read is in a block of this line above it, by its indentation."""
    return indentation(line) < reading.base


def _in_function(reading: Reading, depth: int) -> bool:
    """Whether a definition that is indented by `depth` stands in a function."""
    for line in _above(reading):
        if line.strip(_CLOSERS) and indentation(line) < depth:
            depth = indentation(line)
            if defines(line):
                return defines_function(line)
    return False


def _above(reading: Reading) -> Iterator[str]:
    yield from reversed(reading.whole[1:])
    around = reading.place.around
    yield around.before + (reading.whole[0] if reading.whole else "")
    yield from reversed(around.above)
