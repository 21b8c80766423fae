"""A piece of text from elsewhere that may help at the cursor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

SourceName: TypeAlias = Literal["definitions", "members", "windows", "edits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """Lines of another file, or of this one outside of the window, and why they are there.

    Two are the same whatever they score.

    Attributes:
        path: where they stand, from the workspace's root, with slashes.
        text: the lines, without the last line's end.
        score: how much they have in common with the cursor's surroundings, from 0 to 1.
        reason: what found them.
        first: number of the first line, from 0.
    """

    path: str
    text: str
    score: float = field(compare=False)
    reason: SourceName
    first: int = 0
