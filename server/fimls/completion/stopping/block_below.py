"""The block that stands below a completion: whether a line begins it.

Lines of an outer block take what stands below out of the block that it is in, and a hole can have
held its header. Then one of the completion's lines has to begin it: a completion that ends before
that line leaves the document in pieces, however unsure the model is of it.
"""

from __future__ import annotations

from fimls.completion.stopping.stop_state import StopState
from fimls.syntax import Scan, indentation, marks_of, scan_line

_OPENING = (":", "{")
"""How a line ends whose block follows."""


def is_begun(reading: StopState, text: str) -> bool:
    """Whether what stands below would be in a block that a line begins, behind this text."""
    following = reading.place.following
    if not following:
        return True
    depth = indentation(following[0])
    for line in reversed((reading.place.around.before + text).split("\n")):
        if line.strip() and indentation(line) < depth:
            return opens(reading, line)
    return True


def opens(reading: StopState, line: str) -> bool:
    """Whether a line's block follows it."""
    code = scan_line(line, marks_of(reading.place.around.language_id), Scan()).code_end
    return line[:code].rstrip().endswith(_OPENING)
