"""How much there is in JSON, found out without looking at more than is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


def is_within(value: object, most: int) -> bool:
    """Whether JSON has at most so many values, and characters in its names and texts, together."""
    left: list[object] = [value]
    size = 0
    while left:
        value = left.pop()
        size += 1
        if isinstance(value, str):
            size += len(value)
        elif isinstance(value, Mapping | list | tuple):
            several = cast("Mapping[str, Any] | list[Any]", value)
            if size + len(left) + len(several) > most:
                return False
            left += several
            if isinstance(several, Mapping):
                left += several.values()
        if size > most:
            return False
    return True
