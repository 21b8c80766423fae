"""Numbers of command lines, for argparse: what is out of bounds is said with the option's name."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable


def whole(least: int = 0, most: int | None = None) -> Callable[[str], int]:
    """Return what reads a whole number within bounds."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            raise _error("a whole number", least, most, text)
        return number

    return read


def real(least: float = 0.0, most: float | None = None) -> Callable[[str], float]:
    """Return what reads a number within bounds; ``nan`` and ``inf`` never are."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or number < least or (most is not None and number > most):
            raise _error("a number", least, most, text)
        return number

    return read


def _error(what: str, least: float, most: float | None, text: str) -> argparse.ArgumentTypeError:
    bounds = f"from {least:,.10g} on" if most is None else f"from {least:,.10g} to {most:,.10g}"
    return argparse.ArgumentTypeError(f"must be {what} {bounds}, not {text!r}")


positive = whole(1)
share = real(0, 1)
