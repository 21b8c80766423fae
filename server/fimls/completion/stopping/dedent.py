"""Lines that are less indented than what a completion has written: whether they belong to it.

Layout does not tell: behind a block the rest of its function may follow, or what the next function
was to be. The model knows better how sure it is of such a line, and its probability is at hand.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from fimls.completion.stopping.state import Reading, Stop
from fimls.syntax import clauses_of, defines, first_word, indentation

OPENING = (":", "{")
"""How a line ends whose block follows."""


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
    before = clauses_of(place.around.language_id).get(first_word(line))
    if before is not None:
        if first_word(above) not in before:
            return False
    elif reading.certainty is None or reading.least >= 1 or defines(above):
        return False
    else:
        reading.doubtful = reading.at
    reading.alone = _owns(place.following, depth)
    reading.base = depth
    return True


def doubtful(reading: Reading, line: str) -> Stop | None:
    """Stop before a line that is shown only where the model is sure of it, if it is not."""
    if reading.doubtful != reading.at or reading.certainty is None:
        return None
    logprob = reading.certainty.between(reading.at - 1, reading.at + len(line))
    return Stop(reading.at, "dedent") if logprob < math.log(reading.least or 1e-300) else None


def takes_over(reading: Reading, line: str) -> Stop | None:
    """Stop before a line behind which what stands below would be in no block any more."""
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


def _header(reading: Reading, depth: int) -> str | None:
    """Return the line above whose block a line indented by `depth` would end."""
    for line in _above(reading):
        if line.strip() and indentation(line) <= depth:
            if indentation(line) < depth:
                return None
            if first_word(line):
                return line
    return None


def _above(reading: Reading) -> Iterator[str]:
    yield from reversed(reading.whole[1:])
    around = reading.place.around
    yield around.before + (reading.whole[0] if reading.whole else "")
    yield from reversed(around.above)
