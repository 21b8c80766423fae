"""How a document indents its lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from fimls.completion.filters.line_similarity import indent_of
from fimls.completion.surroundings import Surroundings

MOST_LINES = 200
"""Lines on either side of the cursor that are looked at."""

LEAST_LINES = 2
"""Lines that it takes to show a style."""

MIXED = 30
"""One line in so many may be indented in another way before the document has no style."""

BY_TABS = frozenset(("go", "makefile", "make"))
"""Languages whose lines are indented by tabs wherever nothing shows otherwise."""

_BEGINS_BLOCK = ("{", ":")
# Lines that only continue a comment stand one blank further than its beginning.
_INDENTED = re.compile(r"(?:\t+ *|  +)[^\s*]")


@dataclass(frozen=True, slots=True)
class IndentStyle:
    """One level of indentation.

    Attributes:
        tabs: whether a level is a tab.
        width: blanks of a level; how wide a tab is does not matter.
    """

    tabs: bool
    width: int

    @property
    def unit(self) -> str:
        """What one level adds to a line's beginning."""
        return "\t" if self.tabs else " " * self.width


def indent_style(around: Surroundings) -> IndentStyle | None:
    """Return the style of the lines around the cursor, or None where they show none, or several."""
    lines = [*around.above[-MOST_LINES:], *around.below[:MOST_LINES]]
    indents = [indent_of(line) for line in lines if _INDENTED.match(line)]
    by_tab = sum(indent.startswith("\t") for indent in indents)
    by_blank = len(indents) - by_tab
    if around.language_id in BY_TABS and not by_blank:
        return IndentStyle(tabs=True, width=0)
    if len(indents) < LEAST_LINES:
        return None
    if by_tab > MIXED * by_blank:
        return IndentStyle(tabs=True, width=0)
    width = _width(lines) if by_blank > MIXED * by_tab else None
    return IndentStyle(tabs=False, width=width) if width else None


def _width(lines: Iterable[str]) -> int | None:
    """Return the step by which lines are indented more often than by others."""
    filled = [line.rstrip() for line in lines if line.strip()]
    steps, of_blocks = Counter[int](), Counter[int]()
    for line, deeper in pairwise(filled):
        step = len(indent_of(deeper)) - len(indent_of(line))
        if 2 <= step <= 8:
            steps[step] += 1
            of_blocks[step] += line.endswith(_BEGINS_BLOCK)
    # Where a statement goes on, it may well be indented otherwise.
    steps = +of_blocks or steps
    if not steps:
        return None
    (width, count), *others = steps.most_common(2)
    if count < LEAST_LINES or (others and count <= 2 * others[0][1]):
        return None
    return width
