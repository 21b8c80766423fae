"""How large a regular expression is once its repetitions are written out."""

from __future__ import annotations

import re

_PIECES = re.compile(
    r"""(?P<open>\()
    | (?P<close>\))
    | \{(?P<least>[0-9]*)(?P<comma>,)?(?P<most>[0-9]*)\}
    | (?P<other>[*+?|^$])
    | (?P<atom>\[\^?\]?(?:\\.|[^\]\\])*+\]? | \\. | .)""",
    re.VERBOSE | re.DOTALL,
)


def expanded_size(pattern: str, *, most: int) -> int:
    """Return how many characters and classes an engine's automaton has for a pattern.

    ``(ab){0,50}`` has 100, whatever the pattern matches. Counting stops above `most`.
    """
    groups: list[int] = []
    total = last = 0  # of the group that is open, without and with its last part
    for piece in _PIECES.finditer(pattern):
        if piece["atom"]:
            total, last = total + last, 1
        elif piece["open"]:
            groups.append(total + last)
            total = last = 0
        elif piece["close"] and groups:
            total, last = groups.pop(), total + last
        elif piece["least"] or piece["most"]:
            last *= max(_number(piece["least"]), _number(piece["most"]), 1)
        if total + last > most:
            break
    return sum(groups) + total + last


def _number(digits: str) -> int:
    return int(digits[:9] or 0)  # Python refuses to read thousands of them
