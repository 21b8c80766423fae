"""By what the log tells apart what runs at the same time."""

from __future__ import annotations

import itertools
from contextvars import ContextVar

_user: ContextVar[str] = ContextVar("user", default="")
_request: ContextVar[str] = ContextVar("request", default="")
_numbers = itertools.count(1)


def is_of(user: str) -> None:
    """Say whose session this task, and those it starts, belong to."""
    _user.set(user)


def new_request() -> None:
    """Begin a request: what this task, and those it starts, log from here on has its number."""
    _request.set(str(next(_numbers)))


def labels() -> dict[str, str]:
    """Return by what the log tells apart what runs now: ``user``, ``request``, where they apply."""
    named = (("user", _user.get()), ("request", _request.get()))
    return {name: value for name, value in named if value}
