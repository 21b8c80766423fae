"""The result is neither nothing, nor far too much, nor the same over and over."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fimls.refactor.change import Change
from fimls.refactor.checks.changed_part import LINE_END, new_part, old_part, shortened

LONGER = 10
"""So many times as long as what it replaces may a change be."""
AT_LEAST = 2_000
"""So many characters a change may always have."""
LONGEST_FILE = 100_000
"""So many characters a new file may have."""


def sane_size(change: Change) -> str | None:
    """Refuse a change that leaves nothing, that is ten times as long, or that repeats itself."""
    old, new = old_part(change), new_part(change)
    if old.strip() and not new.strip():
        return "It leaves nothing of the part that it is about."
    if len(new) > max(LONGER * len(old), AT_LEAST):
        return f"It is {len(new)} characters long, more than {LONGER} times what it replaces."
    for file in change.new_files:
        if not file.text.strip():
            return f"The new file `{file.path}` is empty."
        if len(file.text) > LONGEST_FILE:
            return f"The new file `{file.path}` is {len(file.text)} characters long."
    for text, known in ((new, old), *((file.text, "") for file in change.new_files)):
        repeated = repetition(text)
        if repeated and repeated != repetition(known):
            return f"It repeats `{shortened(repeated)}` over and over."
    return None


def repetition(text: str) -> str | None:
    """Return what a text repeats in a row so often that nobody wrote it, or None.

    That is one to eight lines with 40 letters or digits together five times, any line with letters
    ten times, or a few words within a line twenty times.
    """
    lines = [line.strip() for line in LINE_END.split(text)]
    lines = [line for line in lines if line]
    for size in range(1, _MOST_LINES + 1):
        run = size
        for place in range(size, len(lines)):
            run = run + 1 if lines[place] == lines[place - size] else size
            block = lines[place - size + 1 : place + 1]
            if run >= size * _times(block):
                return " ".join(block)
    for line in lines:
        if len(line) > _TIMES_IN_LINE and (found := _IN_LINE.search(line)):
            return found.group(1)
    return None


def _times(block: Sequence[str]) -> int:
    told = sum(map(str.isalnum, "".join(block)))
    return 5 if told >= _MUCH else 10 if told else _NEVER


_MOST_LINES = 8
_MUCH = 40
_NEVER = 1_000_000
_TIMES_IN_LINE = 20
_IN_LINE = re.compile(r"([^\W\d][^\r\n]{1,23}?)\1{19,}")
