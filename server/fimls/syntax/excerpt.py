"""A few lines around a place, that can be parsed by themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

TAB = 8
"""Columns between tab stops: what matters is only that a tab is deeper than a few blanks."""


_DEFINES = re.compile(
    r"\s*(?:@|#\[|(?:async|class|const|def|enum|export|fn|fun|func|function|impl|import|interface"
    r"|internal|local|module|namespace|package|private|protected|pub|public|static|struct|trait"
    r"|type|void)\b)"
)


def indentation(line: str) -> int:
    """Return the column of a line's first character that is not blank, or the line's length."""
    blank = line[: len(line) - len(line.lstrip(" \t"))]
    return len(blank.expandtabs(TAB))


def window(
    lines: Sequence[str],
    line: int,
    *,
    before: int = 300,
    after: int = 100,
    in_text: Sequence[str] = (),
) -> range:
    """Return the numbers of the lines to parse for what stands at `line`.

    There are at most `before` lines ahead of `line`. If that does not reach the beginning, the
    first one is the least indented of the first two thirds that begins a definition, because such
    a text has a tree like the one it has in the whole document.

    Args:
        lines: the document's lines.
        line: number of the line that matters.
        before: most lines ahead of it.
        after: most lines behind it.
        in_text: what `texts_at` says of the lines, where that is known: a text that began inside a
            string would take code for strings.
    """
    last = min(len(lines), line + 1 + max(after, 0))
    first = line - before
    if first <= 0:
        return range(last)
    numbers = range(first, first + max(before * 2 // 3, 1))
    filled = [n for n in numbers if lines[n].strip() and not (in_text and in_text[n])]
    defining = [number for number in filled if _DEFINES.match(lines[number])]
    if filled:
        first = min(defining or filled, key=lambda n: indentation(lines[n]))
    elif in_text:
        first = next((n for n in range(first, line) if not in_text[n]), first)
    return range(first, last)
