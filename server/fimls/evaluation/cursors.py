"""From a hole to the cursors in it: how much of the middle is typed when a completion is asked."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fimls.evaluation.hole_files import Row
from fimls.jail import MODULE

CURSORS = ("start", "word", "inside", "end")
"""Kinds of cursors: nothing is typed; a word begins there; it is inside a word; a word ends there.

The second and the last are the two kinds of word boundaries.
"""

_PLACES = {
    "word": re.compile(r"(?<!\w)(?=\w)"),
    "inside": re.compile(r"(?<=\w)(?=\w)"),
    "end": re.compile(r"(?<=\w)(?=[^\w\s]|\s+\S)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One cursor in a hole.

    Attributes:
        row: the hole.
        cursor: one of `CURSORS`.
        typed: the part of the middle before the cursor.
    """

    row: Row
    cursor: str
    typed: str

    @property
    def truth(self) -> str:
        """What is left of the middle, without blanks at its end."""
        return self.row.body[len(self.typed) :].rstrip()

    def matches(self, text: str) -> bool:
        """Whether a completion is the rest of the middle.

        Only as many of its lines count as the truth has, and no blanks at its end.
        """
        lines = text.split("\n")[: self.truth.count("\n") + 1]
        return "\n".join(lines).rstrip() == self.truth

    def program(self, text: str) -> str:
        """Return the program that a completion makes of the row."""
        row = self.row
        if row.ends_line:
            text = text.removesuffix("\n") + "\n"
        return row.prompt + self.typed + text + row.suffix

    @property
    def tests(self) -> str:
        """What is executed to see whether a completion works.

        All but the function itself is as it should be: a test may use another one of the program.
        """
        row = self.row
        imported = f"from {MODULE} import {row.entry_point} as _candidate"
        whole = row.prompt + row.middle + row.suffix
        return f"{whole}\n{row.test}\n{imported}\ncheck(_candidate)\n"


def cases_of(row: Row, seed: int) -> Iterator[Case]:
    """Yield the cursors of a row, `start` first; always the same for the same row and seed.

    A cursor kind for which the middle has no place is left out. Something that is not blank has
    been typed at every cursor but `start`.
    """
    body = row.body
    if not body.strip():
        return
    yield Case(row=row, cursor="start", typed="")
    for cursor, place in _PLACES.items():
        ends = [m.start() for m in place.finditer(body) if body[: m.start()].strip()]
        if ends:
            end = random.Random(f"{seed}:{row.task_id}:{cursor}").choice(ends)
            yield Case(row=row, cursor=cursor, typed=body[:end])
