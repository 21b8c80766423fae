"""Values on their way between two processes: data as itself, everything else as a reference.

What is data arrives as a plain object of Python's own types, whatever its class said of itself at
the other end: a number that claims to equal every other is just its number here.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from fimls.jail.inside.remote import Remote

Refer = Callable[[Any, Any], Any]
"""Returns what stands for an object, of it and the data in it, which may be None."""

_BY_NAME = vars(builtins)
_PLAIN = (int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict)


def encode(value: Any, refer: Refer) -> Any:
    """Return what JSON can say of a value."""
    if value is None or type(value) in (bool, str):
        return value
    kind = type(value)
    if kind is Remote:
        return refer(value, None)
    if kind in _PLAIN or (isinstance(value, _PLAIN) and kind.__module__ == "collections"):
        return _encode_plain(value, refer)
    if kind is range:
        return ["range", value.start, value.stop, value.step]
    if kind is Decimal or kind is Fraction:
        return [kind.__name__, str(value)]
    if _BY_NAME.get(getattr(value, "__name__", "")) is value:
        return ["builtin", value.__name__]
    if isinstance(value, type) and _imported_error(kind_of := _place(value)) is value:
        return ["error", *kind_of]
    inside = _encode_plain(value, refer) if isinstance(value, _PLAIN) else None
    return refer(value, inside)


def _encode_plain(value: Any, refer: Refer) -> Any:
    """Return the data of a value of a plain class, or of one derived from it, past its methods."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return ["int", int.__format__(value, "x")]
    if isinstance(value, float):
        return ["float", float.hex(value)]
    if isinstance(value, complex):
        return ["complex", complex.__repr__(value)]
    for kind in (bytes, bytearray):
        if isinstance(value, kind):
            return [kind.__name__, kind.hex(value)]
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):
            return [kind.__name__, *(encode(each, refer) for each in kind.__iter__(value))]
    pairs = dict.items(value)
    return ["dict", *([encode(key, refer), encode(held, refer)] for key, held in pairs)]


def _place(kind: type) -> tuple[str, str]:
    return kind.__module__, kind.__qualname__


def _imported_error(place: tuple[str, str]) -> Any:
    """Return an error of the standard library, if what has it was imported here."""
    module, name = place
    known = sys.modules.get(module) if module.partition(".")[0] in sys.stdlib_module_names else None
    found = None if module == "__main__" else getattr(known, name, None)
    return found if isinstance(found, type) and issubclass(found, Exception) else None


_READ: dict[str, Callable[[Any], Any]] = {
    "int": lambda said: int(said[0], 16),
    "float": lambda said: float.fromhex(said[0]),
    "complex": lambda said: complex(said[0]),
    "bytes": lambda said: bytes.fromhex(said[0]),
    "bytearray": lambda said: bytearray.fromhex(said[0]),
    "range": lambda said: range(*said),
    "Decimal": lambda said: Decimal(said[0]),
    "Fraction": lambda said: Fraction(said[0]),
    "builtin": lambda said: _BY_NAME[said[0]],
    "error": lambda said: _imported_error((said[0], said[1])),
}
_CONTAINERS: dict[str, Callable[[Any], Any]] = {
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
}


def decode(said: Any, referred: Callable[[list[Any]], Any]) -> Any:
    """Return the value that was encoded.

    Args:
        said: what `encode` made of it.
        referred: returns what stands here for an object, of what `refer` returned there.
    """
    if not isinstance(said, list):
        return said
    kind, *parts = said
    if kind in _CONTAINERS:
        return _CONTAINERS[kind](decode(part, referred) for part in parts)
    if kind == "dict":
        return {decode(key, referred): decode(held, referred) for key, held in parts}
    if kind in _READ:
        return _READ[kind](parts)
    return referred(said)
