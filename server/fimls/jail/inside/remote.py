"""What stands here for an object of the other process.

It equals data only by the data that is in it, and cannot be counted with: what an object says of
itself could make every comparison true.
"""

from __future__ import annotations

import builtins
from typing import Any, Protocol


class Asks(Protocol):
    """The end of the pipes that an object is asked through."""

    def ask(self, operation: str, *parts: Any) -> Any:
        """Have the other end do something with its objects."""
        ...


class Remote:
    """An object of the other process."""

    __slots__ = ("inside_", "number_", "peer_")

    def __init__(self, peer: Asks, number: int, inside: Any) -> None:
        """Stand for an object.

        Args:
            peer: where it is asked.
            number: what it is known by there.
            inside: the data in it if its class is derived from one of data, else None.
        """
        for name, value in (("peer_", peer), ("number_", number), ("inside_", inside)):
            object.__setattr__(self, name, value)

    def __getattribute__(self, name: str) -> Any:
        if name in ("inside_", "number_", "peer_", "__class__"):
            return object.__getattribute__(self, name)
        return self.peer_.ask("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self.peer_.ask("set", self, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it."""
        return self.peer_.ask("call", self, list(args), kwargs)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Remote):
            return self.peer_.ask("equal", self, other) is True
        return self.inside_ is not None and self.inside_ == other

    def __hash__(self) -> int:
        return hash(self.inside_) if self.inside_ is not None else self.peer_.ask("hash", self)

    def __instancecheck__(self, value: object) -> bool:
        return isinstance(value, Remote) and self.peer_.ask("is a", value, self) is True

    def __getitem__(self, key: Any) -> Any:
        return self.peer_.ask("item", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.peer_.ask("set item", self, key, value)

    def __delitem__(self, key: Any) -> None:
        self.peer_.ask("delete item", self, key)

    def __iter__(self) -> Any:
        return self.peer_.ask("iter", self)

    def __next__(self) -> Any:
        return self.peer_.ask("next", self)

    def __len__(self) -> int:
        return self.peer_.ask("len", self)

    def __bool__(self) -> bool:
        return self.peer_.ask("bool", self) is True

    def __str__(self) -> str:
        return self.peer_.ask("str", self)

    def __repr__(self) -> str:
        return self.peer_.ask("repr", self)

    def __enter__(self) -> Any:
        return self.peer_.ask("enter", self)

    def __exit__(self, *_: object) -> None:
        self.peer_.ask("leave", self)


def error_class(base: str, name: str) -> type[Exception]:
    """Return what tests can catch an error of the other process by.

    Args:
        base: the built-in class that it is derived from.
        name: its own.
    """
    found: Any = getattr(builtins, base, Exception)
    is_error = isinstance(found, type) and issubclass(found, Exception)

    def ask(error: Any, attribute: str) -> Any:
        if attribute.startswith("_") or "_remote" not in vars(error):
            raise AttributeError(attribute)
        return getattr(vars(error)["_remote"], attribute)

    return type(name, (found if is_error else Exception,), {"__getattr__": ask})
