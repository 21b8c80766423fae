"""One end of a pair of pipes over which two processes use each other's objects.

Neither runs the other's code: what crosses is data and the numbers of objects, and an object does
what is asked of it where it is. What names begin with an underscore, and what frames, code and
generators tell of themselves, is not told: from there all of a process can be reached.
"""

from __future__ import annotations

import builtins
import json
import operator
import types
from collections.abc import Callable
from typing import Any, BinaryIO

from fimls.jail.inside.remote import Remote, error_class
from fimls.jail.inside.values import decode, encode

_MOST_BYTES = 2**24
"""Of one message."""

_TOLD = frozenset({"__annotations__", "__doc__", "__name__", "__qualname__", "__wrapped__"})
_INNER = ("_", "ag_", "co_", "cr_", "f_", "gi_", "tb_")
_CHANGING = (list, dict, set, bytearray)


class Ended(BaseException):
    """The other process has ended, or said what is no message; no test can catch that."""


class Peer:
    """One end; objects that were handed over are known by their numbers."""

    def __init__(self, reading: BinaryIO, writing: BinaryIO, names: dict[str, Any]) -> None:
        """Take over two pipes.

        Args:
            reading: what the other end writes.
            writing: what it reads.
            names: what it may ask for by name.
        """
        self._reading, self._writing, self._names = reading, writing, names
        self._handed_over: dict[int, Any] = {}
        self._errors: dict[int, type[Exception]] = {}
        self._operations: dict[str, Callable[..., Any]] = {
            "name": self._names.__getitem__,
            "set name": self._names.__setitem__,
            "get": lambda on, name: getattr(on, _tellable(on, name)),
            "set": lambda on, name, value: setattr(on, _tellable(on, name), value),
            "call": lambda on, args, kwargs: on(*args, **kwargs),
            "is a": isinstance,
            "enter": lambda on: type(on).__enter__(on),
            "leave": lambda on: type(on).__exit__(on, None, None, None),
            "equal": operator.eq,
            "item": operator.getitem,
            "set item": operator.setitem,
            "delete item": operator.delitem,
            **{each.__name__: each for each in (iter, next, len, bool, str, repr, hash)},
        }

    def ask(self, operation: str, *parts: Any) -> Any:
        """Have the other end do something with its objects.

        Raises:
            Exception: what that ended with.
            Ended: nobody answers.
        """
        self._write({"do": operation, "with": [self._encode(part) for part in parts]})
        while "do" in (message := self._read()):
            self._answer(message)
        try:
            if "raised" not in message:
                return self._taken(operation, parts, message)
            raised = self._error(*message["raised"])
        except (LookupError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise Ended from error
        raise raised

    def _taken(self, operation: str, parts: tuple[Any, ...], message: dict[str, Any]) -> Any:
        if operation == "call":
            for before, after in zip(parts[1], self._decode(message["left"]), strict=True):
                _become(before, after)
        return self._decode(message["is"])

    def serve(self) -> None:
        """Do what the other end asks for until it ends."""
        while True:
            self._answer(self._read())

    def _answer(self, message: dict[str, Any]) -> None:
        try:
            parts = [self._decode(part) for part in message["with"]]
            result = self._operations[message["do"]](*parts)
            answer = {"is": self._encode(result)}
            if message["do"] == "call":
                left = [each if isinstance(each, _CHANGING) else None for each in parts[1]]
                answer["left"] = self._encode(left)
        except Exception as error:
            answer = {"raised": self._told_of(error)}
        self._write(answer)

    def _told_of(self, error: Exception) -> list[Any]:
        base = next(each for each in type(error).__mro__ if each.__module__ == "builtins")
        args = self._encode([each for each in error.args if isinstance(each, str | int | float)])
        return [base.__name__, args, self._encode(type(error)), self._encode(error)]

    def _error(self, base: str, args: Any, kind: Any, error: Any) -> Exception:
        made = self._decode(kind)
        if not (isinstance(made, type) and issubclass(made, Exception)):
            made = getattr(builtins, base)
        if not issubclass(made, Exception):
            raise Ended
        raised = made.__new__(made, *self._decode(args))
        raised.args = tuple(self._decode(args))
        vars(raised)["_remote"] = self._decode(error)
        return raised

    def _encode(self, value: Any) -> Any:
        return encode(value, self._refer)

    def _refer(self, value: Any, inside: Any) -> Any:
        if isinstance(value, Remote):
            return ["yours", value.number_]
        if isinstance(value, types.ModuleType | types.FrameType | types.CodeType):
            raise TypeError(f"{type(value).__name__} objects cannot be handed over")
        self._handed_over[id(value)] = value
        is_error = isinstance(value, type) and issubclass(value, Exception)
        base = next(k for k in value.__mro__ if k.__module__ == "builtins") if is_error else None
        return ["mine", id(value), inside, [base.__name__, value.__name__] if base else None]

    def _decode(self, said: Any) -> Any:
        return decode(said, self._referred)

    def _referred(self, said: list[Any]) -> Any:
        if said[0] == "yours":
            return self._handed_over[said[1]]
        _, number, inside, error = said
        if error is None:
            return Remote(self, number, self._decode(inside))
        return self._errors.setdefault(number, error_class(*error))

    def _write(self, message: dict[str, Any]) -> None:
        try:
            self._writing.write(json.dumps(message).encode() + b"\n")
            self._writing.flush()
        except OSError as error:
            raise Ended from error

    def _read(self) -> dict[str, Any]:
        line = self._reading.readline(_MOST_BYTES)
        try:
            message = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Ended from error
        if not isinstance(message, dict):
            raise Ended
        return message


def _tellable(on: Any, name: str) -> str:
    if name not in _TOLD and (name.startswith(_INNER) or isinstance(on, type(_tellable))):
        raise AttributeError(f"{name} is not told")
    return name


def _become(before: Any, after: Any) -> None:
    """Change an argument to what the called function left of it."""
    if type(before) is not type(after) or before == after:
        return
    if isinstance(before, list | bytearray):
        before[:] = after
    elif isinstance(before, dict | set):
        before.clear()
        before.update(after)
