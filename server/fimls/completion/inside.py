"""Whether a cursor stands in a comment or in a string."""

from __future__ import annotations

from typing import Literal

from fimls.completion.surroundings import Surroundings
from fimls.syntax import Scan, marks_of, scan, texts_at


def inside(around: Surroundings) -> Literal["comment", "string"] | None:
    """Return whether the cursor is in a comment or a string, as the language's marks say."""
    marks = marks_of(around.language_id)
    begun = texts_at(around.above, marks)[-1]
    until = scan(around.before, marks, Scan(until=begun)).until
    if not until:
        return None
    block = marks.block[1] if marks.block else None
    return "comment" if until in ("\n", block) else "string"
