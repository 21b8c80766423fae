"""How much a completion may be: decided when its first line is known."""

from __future__ import annotations

from enum import Enum

from fimls.completion.stopping.stop_context import StopContext, is_closing
from fimls.syntax import indentation, marks_of


class Scope(Enum):
    """What ends a completion that nothing else ends."""

    LINE = "line"
    """The end of its first line that is not blank."""
    STATEMENT = "statement"
    """The end of its first statement, with the blocks that belong to it."""
    PARAGRAPH = "paragraph"
    """The first blank line between two statements."""
    BLOCK = "block"
    """The end of the block that its first line is in."""
    CLAUSE = "clause"
    """The end of the statement around, of which it has become a clause (``else``)."""


def on_the_line(place: StopContext, lines: str) -> Scope:
    """Return the scope of a completion that goes on with the cursor's line.

    It is the rest of the statement: one line, unless that opens a bracket or a block. Whoever
    wants more gets the rest of the block, where nothing follows on the line.
    """
    if lines == "single" or place.prose or place.before.until == "\n":
        return Scope.LINE
    if lines == "multi" and not place.after:
        return Scope.BLOCK if indentation(place.around.before) else Scope.PARAGRAPH
    return Scope.STATEMENT


def on_own_line(place: StopContext, lines: str, base: int) -> Scope:
    """Return the scope of a completion that begins with a line of its own, indented by `base`.

    Where nothing more of its block follows, it may fill the block. Between lines of a block it is
    one statement: whoever opens a line there seldom wants the rest written anew. A comment above
    or a blank line below leaves room for a few.
    """
    if lines == "single" or place.prose:
        return Scope.LINE
    if place.after and not (place.around.before.strip() and is_closing(place.after, ())):
        return Scope.STATEMENT
    rest = Scope.BLOCK if base else Scope.PARAGRAPH
    following = place.following
    if lines == "multi" or not following:
        return rest
    language = place.around.language_id
    more = indentation(following[0]) >= base and not is_closing(
        following[0], marks_of(language).words
    )
    if not more:
        return rest
    if _after_comment(place) or not place.around.below[0].strip():
        return Scope.PARAGRAPH
    return Scope.STATEMENT


def _after_comment(place: StopContext) -> bool:
    marks = marks_of(place.around.language_id)
    lines = (place.around.before, *reversed(place.around.above))
    line = next((line.strip() for line in lines[:2] if line.strip()), "")
    return line.startswith(marks.line or ("\0",)) or (
        marks.block is not None and line.endswith(marks.block[1])
    )
