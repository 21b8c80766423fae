"""What the cursor stands behind: where something of another file may be wanted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

NEAR_LINES = 10
"""Lines before the cursor that say what it is about."""

_BEHIND = re.compile(
    r"(?:(?P<owner>[^\W\d]\w*)\s*(?:\.|->|::)\s*)?(?P<name>[^\W\d]\w*)\s*"
    r"(?P<mark>\.|->|::|\()\s*(?P<typed>\w*)\Z"
)
_LONGEST = 400
"""Characters of a line that are looked at, before the cursor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the cursor is, as far as other files matter to it.

    Attributes:
        line: the cursor's line.
        name: the name whose member or argument is written, or empty.
        mark: ``.`` or ``(`` behind that name, or empty.
        owner: the name that `name` is a member of, or empty.
        near: the lines before the cursor's, and that up to the cursor.
    """

    line: int
    name: str
    mark: str
    owner: str
    near: str

    @property
    def key(self) -> tuple[int, str, str]:
        """What must change before there is something else to look for."""
        return self.line, self.name, self.mark


def place(lines: Sequence[str], line: int, column: int) -> Place:
    """Return what stands before a cursor."""
    before = lines[line][max(0, column - _LONGEST) : column]
    match = _BEHIND.search(before)
    near = [each[:_LONGEST] for each in lines[max(0, line - NEAR_LINES) : line]]
    return Place(
        line=line,
        name=match["name"] if match else "",
        mark=("(" if match["mark"] == "(" else ".") if match else "",
        owner=(match["owner"] or "") if match else "",
        near="".join((*near, before)),
    )
