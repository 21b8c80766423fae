"""The part does not grow over its neighbours."""

from __future__ import annotations

import re

from fimls.refactor.change import Change
from fimls.refactor.checks.changed_part import LINE_END, new_part, old_part, shortened


def stays_apart(change: Change) -> str | None:
    """Refuse a part that begins with the line before it, or ends with the line behind it.

    A model that is asked for a function's body likes to write the whole function, and the result
    would have it twice. Lines without words (brackets, ``else:``) may be there again; the beginning
    of a definition may not even with other parameters.
    """
    old, new = _lines(old_part(change)), _lines(new_part(change))
    if not old or not new:
        return None
    above = _lines(change.before[: change.start])[-1:]
    below = _lines(change.before[change.end :])[:1]
    again = [new[0]] == above or [_defined(new[0])] == [_defined(line) for line in above] != [None]
    if new[0] != old[0] and again and _tells(new[0]):
        return (
            f"It begins with the line before the part, `{shortened(new[0])}`, which stays there:"
            " the part alone is wanted."
        )
    if new[-1] != old[-1] and [new[-1]] == below and _tells(new[-1]):
        return (
            f"It ends with the line behind the part, `{shortened(new[-1])}`, which stays there:"
            " the part alone is wanted."
        )
    return None


def _lines(text: str) -> list[str]:
    return [line for each in LINE_END.split(text) if (line := each.strip())]


def _defined(line: str) -> str | None:
    """Return what a line begins to define, with the word for it."""
    found = re.match(r"(?:\w+\s+)*?((?:def|class|fn|fun|func|function|impl|struct)\s+\w+)", line)
    return found[1] if found else None


def _tells(line: str) -> bool:
    return len(re.findall(r"\w+", line)) >= 2
