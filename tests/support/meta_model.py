"""Whether a message is as LSP 3.18 has it: unknown, missing, null fields, types, ranges, choices.

The types are those that lsprotocol generates from the meta model. Its converter cannot be used for
this: it passes over what it does not know, makes numbers of texts and leaves null out.
"""

from __future__ import annotations

import enum
import types as python
import typing
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Union, get_args, get_origin

import attrs
from lsprotocol import converters, types
from lsprotocol.validators import UINTEGER_MAX_VALUE, integer_validator, uinteger_validator

converters.get_converter()  # resolves the names of types in annotations

RESERVED = {"jsonrpc"}


def faults(value: Any, kind: Any, path: str = "") -> list[str]:
    """Return what is wrong with a JSON value that should be of a kind, a sentence for each."""
    return list(_faults(value, kind, path or getattr(kind, "__name__", str(kind))))


def _faults(value: Any, kind: Any, path: str) -> Iterator[str]:
    origin = get_origin(kind)
    if kind in (Any, object, types.LSPAny) or isinstance(kind, typing.ForwardRef):
        return
    if origin in (Union, python.UnionType):
        found = [faults(value, each, path) for each in get_args(kind)]
        yield from min(found, key=len) if all(found) else ()
    elif kind in (None, type(None)):
        if value is not None:
            yield f"{path} is not null"
    elif attrs.has(kind):
        yield from _of_object(value, kind, path)
    elif isinstance(kind, type) and issubclass(kind, enum.Enum):
        if value not in [each.value for each in kind] or isinstance(value, bool):
            yield f"{path} is {value!r}, which is no {kind.__name__}"
    elif kind in (bool, str):
        if type(value) is not kind:
            yield f"{path} is {value!r}, which is no {kind.__name__}"
    elif kind is float:
        if type(value) not in (int, float):
            yield f"{path} is {value!r}, which is no number"
    elif kind is int:
        if type(value) is not int or abs(value) > UINTEGER_MAX_VALUE + 1:
            yield f"{path} is {value!r}, which is no integer of LSP"
    elif origin is typing.Literal:
        if value not in get_args(kind):
            yield f"{path} is {value!r}, which is none of {get_args(kind)}"
    elif origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            yield f"{path} is no object"
            return
        for name, each in value.items():
            yield from _faults(each, get_args(kind)[1], f"{path}[{name!r}]")
    elif origin is tuple:
        if not isinstance(value, list) or len(value) != len(get_args(kind)):
            yield f"{path} is no tuple of its length"
    elif origin is not None and issubclass(origin, Sequence):
        if not isinstance(value, list):
            yield f"{path} is no array"
            return
        for number, each in enumerate(value):
            yield from _faults(each, get_args(kind)[0], f"{path}[{number}]")
    else:
        raise NotImplementedError(f"{kind} at {path}")


def _of_object(value: Any, kind: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is no {kind.__name__}"
        return
    fields = _fields(kind)
    for name in value.keys() - fields.keys():
        yield f"{path}.{name} is not a field of {kind.__name__}"
    for name, field in fields.items():
        nullable = f"{kind.__name__}.{field.name}" in types._SPECIAL_PROPERTIES
        if name not in value:
            if field.default is not None and name not in RESERVED:
                yield f"{path}.{name} is missing"
        elif value[name] is None and field.default is None and not nullable:
            if field.type != typing.Optional[Any]:  # noqa: UP045
                yield f"{path}.{name} is null and should be absent"
        else:
            yield from _faults(value[name], field.type, f"{path}.{name}")
            yield from _out_of_range(value[name], field, f"{path}.{name}")
    if kind is types.Range:
        yield from _inverted(value)


def _inverted(value: Any) -> Iterator[str]:
    try:
        start, end = ((value[side]["line"], value[side]["character"]) for side in ("start", "end"))
    except (KeyError, TypeError):
        return
    if start > end:
        yield f"a range ends before it begins: {value}"


def _out_of_range(value: Any, field: Any, path: str) -> Iterator[str]:
    validator = getattr(field.validator, "validator", field.validator)
    if validator in (integer_validator, uinteger_validator) and value is not None:
        try:
            validator(None, field, value)
        except ValueError as error:
            yield f"{path}: {error}"
    if isinstance(field.default, str) and value != field.default:
        yield f"{path} is {value!r} in place of {field.default!r}"


@cache
def _fields(kind: Any) -> dict[str, Any]:
    return {_camel(field.name): field for field in attrs.fields(kind)}


def _camel(name: str) -> str:
    first, *others = name.rstrip("_").split("_")
    return first + "".join(map(str.capitalize, others))
