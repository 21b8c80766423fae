"""Runs tests written for pytest where there is no pytest: in the jail. It imports nothing of fimls.

Its text is put before a call of `run`: see `fimls.jail.stand_in_program`. It knows functions,
classes, ``raises``, ``approx`` and ``parametrize``; tests that need more fail.
"""

from __future__ import annotations

import contextlib
import inspect
import re
import sys
import types
from collections.abc import Callable, Generator
from typing import Any


def run(module: str, text: str, tests: str) -> None:
    """Run tests of a module, given the texts of both; the first that fails ends it.

    Raises:
        AssertionError: a test fails, or there is none.
        Exception: whatever else tests end with.
    """
    cases: list[tuple[Callable[..., object], dict[str, Any]]] = []
    spread: set[str] = set()
    sys.modules["pytest"] = _pytest(cases, spread)
    tested = _module(module, text)
    for package in ("src", "project", "app"):
        sys.modules[f"{package}.{module}"] = tested
    for name, value in vars(_module("tests_of_it", tests)).items():
        if name.startswith("test") and name not in spread and inspect.isfunction(value):
            cases.append((value, {}))
        elif name.startswith("Test") and isinstance(value, type):
            parts = [part for part in vars(value) if part.startswith("test")]
            cases.extend((getattr(value(), part), {}) for part in parts)
    assert cases, "There are no tests."
    for function, arguments in cases:
        function(**arguments)


def _module(name: str, text: str) -> types.ModuleType:
    made = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), vars(made))
    return made


def _pytest(
    cases: list[tuple[Callable[..., object], dict[str, Any]]], spread: set[str]
) -> types.ModuleType:
    def parametrize(names: str | list[str], rows: list[Any]) -> Callable[..., object]:
        words = names.replace(",", " ").split() if isinstance(names, str) else list(names)

        def decorate(function: Callable[..., object]) -> Callable[..., object]:
            for row in rows:
                values = row if len(words) > 1 else (row,)
                cases.append((function, dict(zip(words, values, strict=True))))
            spread.add(function.__name__)
            return function

        return decorate

    made = types.ModuleType("pytest")
    vars(made).update(
        raises=_raises,
        approx=_Near,
        mark=types.SimpleNamespace(parametrize=parametrize),
    )
    return made


@contextlib.contextmanager
def _raises(kind: type[BaseException], match: str = "") -> Generator[types.SimpleNamespace]:
    caught = types.SimpleNamespace(value=None)
    try:
        yield caught
    except kind as error:
        caught.value = error
        if not re.search(match, str(error)):
            raise AssertionError(f"{error} does not match {match}.") from error
    else:
        raise AssertionError("Nothing was raised.")


class _Near:
    """A number that equals others nearby."""

    def __init__(self, value: float, rel: float = 1e-6, abs: float = 1e-12) -> None:
        self._value, self._room = value, max(abs, rel * (value if value > 0 else -value))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, int | float):
            return NotImplemented
        return -self._room <= self._value - other <= self._room

    def __hash__(self) -> int:
        raise TypeError("What is near a number has no hash.")
