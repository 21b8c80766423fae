"""What the editor itself changes behind the cursor.

It closes what is opened, and where one types that closer it only moves the cursor over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_CLOSERS = re.compile(r"(?:\s?\*/|-->|</[\w.:-]*>|[)\]}>\"'`])*")


def only_closed(now: str, before: str, typed: str) -> bool:
    """Whether the editor made one text behind the cursor of another while something was typed.

    It may have put closers there, and have moved over those that were typed.
    """
    same = 0
    while same < min(len(now), len(before)) and now[-same - 1] == before[-same - 1]:
        same += 1
    put, taken = now[: len(now) - same], before[: len(before) - same]
    closers = _CLOSERS.fullmatch(put) and _CLOSERS.fullmatch(taken)
    return closers is not None and in_order(taken, typed)


def in_order(part: str, text: Iterable[str]) -> bool:
    """Whether a text has all the characters of a part in their order, others between them or not.

    Editors can show a suggestion that replaces something only if this holds for the two.
    """
    characters = iter(text)
    return all(character in characters for character in part)
