"""Lines behind the first one: whether they belong to a completion.

Layout does not tell: behind a block the rest of its function may follow, or what the next function
was to be. The model knows better how sure it is of a line, and its probability is at hand.
"""

from __future__ import annotations

import math

from fimls.completion.stopping.block_below import is_begun, opens
from fimls.completion.stopping.clauses import (
    header,
    headers,
    is_clause,
    may_add_clause,
    reopens,
)
from fimls.completion.stopping.scope import Scope
from fimls.completion.stopping.stop_state import Stop, StopState
from fimls.syntax import defines, defines_function, indentation


def goes_on(reading: StopState, line: str, depth: int) -> bool:
    """Whether a line that begins less indented, by `depth`, may still belong to a completion.

    A clause of the statement that the completion is in does (``else``). Any other line needs the
    model's certainty, never leaves a definition, and must not take what stands below out of its
    block; `doubtful` and `take_over` look at the rest of it.
    """
    above = header(reading, depth)
    if above is None:
        return False
    place = reading.place
    fits = is_clause(reading, line, above, depth)
    if fits:
        reading.base = depth + 1  # its own lines; what stands beside it is looked at again
    elif fits is not None or reading.scope is Scope.CLAUSE or not _leaves(reading, above, depth):
        return False
    else:
        reading.base = depth
    reading.alone = _owns(place.following, depth)
    return True


def adds_clause(reading: StopState, line: str, depth: int) -> bool:
    """Whether a line begins, or may begin, a clause behind a statement that is complete."""
    if reading.scope is not Scope.STATEMENT or depth >= reading.base or not may_add_clause(reading):
        return False
    reading.scope = Scope.CLAUSE
    if line.lstrip().startswith("}"):
        end = reading.complete_at(reading.finished or 0)
        added = reading.place.closes(depth + 1) and reopens(reading, line, depth, end)
    else:
        added = goes_on(reading, line, depth)
    if not added:
        reading.scope = Scope.STATEMENT
    return added


def may_follow(reading: StopState, line: str) -> bool:
    """Whether more of what is around may follow a line that closes the completion's block."""
    depth = indentation(reading.before + line)
    if not reading.tells or not depth or reading.place.after:
        return False
    if reading.scope not in (Scope.BLOCK, Scope.PARAGRAPH):
        return False
    reading.closing, reading.base = False, depth
    return True


def doubtful(reading: StopState, line: str) -> Stop | None:
    """Stop before a line behind the first one that the model is not sure enough of.

    What stands between brackets is no line of its own, nor is what a string goes on with.
    """
    sure, scanned = reading.certainty, reading.scan
    if sure is None or not reading.tells or not reading.headed or not reading.at:
        return None
    if scanned.open or scanned.in_text or not line.strip():
        return None
    if not is_begun(reading, "\n".join(reading.whole)):
        return None  # what stands below has no header yet
    if sure.between(reading.at - 1, reading.at + len(line)) >= math.log(reading.least):
        return None
    return Stop(reading.at, "confidence")


def take_over(reading: StopState, line: str) -> None:
    """Note a line behind which what stands below would be in no block any more.

    If none of the next ones begins that block again, the completion ends before it.
    """
    if not reading.alone:
        return
    reading.alone = False
    if opens(reading, line):
        reading.base = indentation(reading.place.following[0])
    elif reading.owing is None:
        reading.owing = Stop(reading.at, "dedent")


def _owns(following: list[str], depth: int) -> bool:
    """Whether a line indented by `depth` must begin the block that stands below."""
    return bool(following) and indentation(following[0]) > depth


def _leaves(reading: StopState, above: str, depth: int) -> bool:
    """Whether a block may be left behind which nothing says that more follows.

    That of a definition only within a function, whose statements go on there.
    """
    if not reading.tells or not defines(above):
        return reading.tells
    return defines_function(next(filter(defines, headers(reading, depth)), ""))
