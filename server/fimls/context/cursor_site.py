"""What the cursor stands behind: where something of another file may be wanted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fimls.syntax import defines

NEAR_LINES = 10
"""Lines before the cursor that say what it is about."""

_BEHIND = re.compile(
    r"(?:(?P<owner>[^\W\d]\w*)\s*(?:\.|->|::)\s*)?(?P<name>[^\W\d]\w*)\s*"
    r"(?P<mark>\.|->|::|\()\s*(?P<typed>\w*)\Z"
)
_WORD = re.compile(r"(?<!\w)[^\W\d]\w*\Z")
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
        word: the name that is being written, as far as it is there, or empty.
    """

    line: int
    name: str
    mark: str
    owner: str
    near: str
    word: str = ""

    @property
    def key(self) -> tuple[int, str, str]:
        """What must change before there is something else to look for."""
        return self.line, self.name, self.mark

    def ended(self, mark: str) -> Place:
        """Return the place that this one becomes when a mark is typed behind the word."""
        owner = self.name if self.mark == "." else ""
        near = f"{self.near}{mark}"
        return replace(self, name=self.word, mark=mark, owner=owner, near=near, word="")


SHOWN_WITHIN = 10
"""Lines: so far from where it was found a snippet is shown; elsewhere it would mislead."""


def near(lines: Sequence[str], one: int, other: int) -> bool:
    """Whether two lines are close to each other, and no definition begins between them."""
    low, high = sorted((one, other))
    return high - low <= SHOWN_WITHIN and not any(map(defines, lines[low + 1 : high + 1]))


def place(lines: Sequence[str], line: int, column: int) -> Place:
    """Return what stands before a cursor."""
    before = lines[line][max(0, column - _LONGEST) : column]
    match, word = _BEHIND.search(before), _WORD.search(before)
    near = [each[:_LONGEST] for each in lines[max(0, line - NEAR_LINES) : line]]
    return Place(
        line=line,
        name=match["name"] if match else "",
        mark=("(" if match["mark"] == "(" else ".") if match else "",
        owner=(match["owner"] or "") if match else "",
        near="".join((*near, before)),
        word=word.group() if word else "",
    )
