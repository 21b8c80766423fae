"""Two groups of a team with different settings, and what became of suggestions in each.

`hub.experiment` names settings that half of the users have in place of the others. Who is in which
half follows from the name alone, so that it stays over restarts. Counted are keystrokes,
suggestions and characters, never text. Each user is one observation, however much they type: people
differ more than settings do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, cast

from fimls.backend.rendezvous import fraction
from fimls.confidence_intervals import Interval, difference_of_means, mean
from fimls.errors import ConfigurationError
from fimls.metrics.prometheus import OTHERS
from fimls.metrics.user_meter import RETAINED_AFTER_S, UserMeter
from fimls.settings import Layer

LEAST_KEYS = 200
"""Who has typed less is not counted: a rate of so few keystrokes says nothing."""

NOTICE = (
    "This hub compares two ways to suggest code. Of you it counts keystrokes, suggestions and how"
    " much of them you keep, and no text."
)
"""What each user is told."""

_TABLES = ("completion", "prompt")
_GUARDING = "completion.exclude"


class Experiment:
    """What the operator wants to be compared.

    Attributes:
        values: tables of settings that one half has in place of the others.
    """

    def __init__(self, assignments: Sequence[str]) -> None:
        """Read settings, each as ``completion.min_probability = 0.5``; without any it is off.

        Raises:
            ConfigurationError: one of them is none, or not of those that may differ.
        """
        self.values: dict[str, dict[str, Any]] = {}
        self._name = "\n".join(assignments)
        named: set[str] = set()
        for text in assignments:
            for table, values in _tables_of(text).items():
                for name in values:
                    setting = f"{table}.{name}"
                    plain = setting.replace("_", "").lower()
                    if plain.startswith(_GUARDING):
                        raise ConfigurationError(
                            f"hub.experiment: {setting} keeps text from the engine, and does so for"
                            " everybody: name another setting."
                        )
                    if plain in named:
                        raise ConfigurationError(
                            f"hub.experiment: {setting} is there twice, and one half has one value"
                            " of it: leave one out."
                        )
                    named.add(plain)
                self.values.setdefault(table, {}).update(values)

    def settled(self, name: str, say: Callable[[str], None]) -> Callable[[Layer], Layer]:
        """Return what makes a user's settings of the hub's, and tell the user that it counts."""
        if self.values:
            say(NOTICE)
        return partial(self.layer, name=name)

    def told(self, users: Iterable[UserMeter]) -> Mapping[str, object]:
        """Return what ``/status.json`` says of it."""
        return {"experiment": self.report(users)} if self.values else {}

    def changed(self, name: str) -> bool:
        """Whether a user, by the name in metrics, is in the half with the changed settings."""
        return bool(self.values) and fraction(f"{self._name}\0{name}".encode()) < 0.5

    def layer(self, base: Layer, name: str) -> Layer:
        """Return a user's settings: the hub's, and those of their half over them."""
        if not self.changed(name):
            return base
        tables = {**base.values}
        for table, values in self.values.items():
            tables[table] = {**cast("Mapping[str, Any]", tables.get(table, {})), **values}
        return Layer(name=base.name, values=tables, source=base.source)

    def report(self, users: Iterable[UserMeter]) -> Mapping[str, object]:
        """Return what is known so far: for each measure both halves, and how much they differ."""
        halves: tuple[list[UserMeter], list[UserMeter]] = ([], [])
        for user in users:
            if user.name != OTHERS and user.keys >= LEAST_KEYS:
                halves[self.changed(user.name)].append(user)
        before, after = halves
        return {
            "settings": self.values,
            "users": {"as they are": len(before), "changed": len(after)},
            "measures": {
                name: _compared([*map(rate, before)], [*map(rate, after)])
                for name, rate in MEASURES.items()
            },
        }


def _tables_of(text: str) -> Mapping[str, Mapping[str, Any]]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        tables = {}
    if not tables:
        raise ConfigurationError(
            f"hub.experiment: {text!r} is no setting: write it as"
            ' "completion.min_probability = 0.5".'
        )
    for table, values in tables.items():
        if table not in _TABLES or not isinstance(values, dict):
            raise ConfigurationError(
                f"hub.experiment: {text!r} is not a setting of {' or '.join(_TABLES)}:"
                " name another one."
            )
    return tables


def _compared(before: Sequence[float], after: Sequence[float]) -> Mapping[str, object]:
    if len(before) < 2 or len(after) < 2:
        return {"says": "Too few users have typed enough."}
    difference = difference_of_means(after, before, of=len(MEASURES))
    sure = not difference.low <= 0 <= difference.high
    return {
        "as they are": _told(mean(before)),
        "changed": _told(mean(after)),
        "difference": _told(difference),
        "says": "They differ." if sure else "No difference is seen.",
    }


def _told(interval: Interval) -> Mapping[str, float]:
    return {
        "value": round(interval.value, 3),
        "low": round(interval.low, 3),
        "high": round(interval.high, 3),
    }


def _per_100(count: Callable[[UserMeter], float]) -> Callable[[UserMeter], float]:
    return lambda user: 100 * count(user) / user.keys


MEASURES: Mapping[str, Callable[[UserMeter], float]] = {
    "characters accepted per 100 keystrokes": _per_100(lambda user: user.characters[0]),
    "characters retained per 100 keystrokes": _per_100(
        lambda user: user.characters[RETAINED_AFTER_S]
    ),
    "suggestions shown per 100 keystrokes": _per_100(lambda user: user.shown),
    "suggestions waited for per 100 keystrokes": _per_100(
        lambda user: user.shown - user.without_engine
    ),
}
"""What is compared, by name: of one user."""
