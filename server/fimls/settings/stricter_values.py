"""Making a setting send, write or cost less: all that a layer may do that is not trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which way a setting is narrower.

    Attributes:
        says: what may be done, after "may only" (``lower it``).
        merge: takes the value so far and the one that is given, and returns one that is neither
            wider than the first nor forgets the second.
    """

    says: str
    merge: Callable[[Any, Any], Any]


class Borrowed(dict[str, Any]):
    """A table that came from a layer that is not trusted; whoever reads it bears that in mind."""


def _united(so_far: list[str], given: list[str]) -> list[str]:
    return [*dict.fromkeys([*so_far, *given])]


def _borrowed(so_far: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    marked = {
        name: Borrowed(cast("Mapping[str, Any]", table)) if isinstance(table, Mapping) else table
        for name, table in given.items()
    }
    return {**marked, **so_far}


LOWER = Narrowing("lower it", min)
RAISE = Narrowing("raise it", max)
SWITCH_OFF = Narrowing("switch it off", lambda so_far, given: so_far and given)
SWITCH_ON = Narrowing("switch it on", lambda so_far, given: so_far or given)
ADD = Narrowing("add to it", _united)
BORROW = Narrowing("add to it", _borrowed)
"""Entries under names that are free, marked as `Borrowed`."""


def earlier(choices: Sequence[str]) -> Narrowing:
    """Return a narrowing of choices, the narrowest first."""
    return Narrowing(
        f"choose an earlier one of {', '.join(choices)}",
        lambda so_far, given: min(so_far, given, key=choices.index),
    )
