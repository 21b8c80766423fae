"""From the JSON of a message to what it stands for, as far as that can be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from cattrs.errors import AttributeValidationNote, BaseValidationError, IterableValidationNote
from lsprotocol import types

if TYPE_CHECKING:
    from cattrs import Converter

_ROUNDS = 16
"""What is wrong behind something that was left out is only seen the next time."""


def from_json(body: bytes) -> tuple[Any, bool]:
    """Return what JSON says, and whether its text is what the editor wrote.

    Control characters may stand in strings as they are, and lone surrogates as three bytes: editors
    write both. Other bytes that are no UTF-8 are replaced, and the text is then nobody's.

    Raises:
        ValueError: it is not JSON, or nested too deeply.
    """
    exact = True
    try:
        text = body.decode("utf-8-sig", "surrogatepass")
    except UnicodeDecodeError:
        text, exact = body.decode("utf-8", "replace"), False
    try:
        return json.loads(text, strict=False), exact
    except RecursionError as error:
        raise ValueError("It is nested too deeply.") from error


def fault_of(message: Any) -> str | None:
    """Return why something is no message of JSON-RPC, or None; an id may become a whole number."""
    if not isinstance(message, dict):
        return "A message is not a JSON object."
    table = cast("dict[str, Any]", message)
    ident = table.get("id")
    if isinstance(ident, float) and ident.is_integer():
        table["id"] = ident = int(ident)
    if table.get("jsonrpc", "2.0") != "2.0":
        return "A message is not JSON-RPC 2.0."
    if "id" in table and type(ident) not in (int, str):
        return "A message's id is neither a number nor a text."
    if "method" in table:
        return None if isinstance(table["method"], str) else "A message's method is not a text."
    answers = "id" in table and ("result" in table or "error" in table)
    return None if answers else "A message is neither a request nor an answer."


def error_of(error: Any) -> types.ResponseError:
    """Return the error that a client answered with."""
    table = cast("dict[str, Any]", error) if isinstance(error, dict) else {}
    code, message = table.get("code"), table.get("message")
    code = code if type(code) is int else int(types.ErrorCodes.UnknownErrorCode)
    return types.ResponseError(code, message if isinstance(message, str) else "It says not why.")


def structured(data: dict[str, Any], kind: type[Any], converter: Converter) -> Any:
    """Return the message of that kind; what is optional and cannot be read is left out.

    Clients declare and send what later versions of the protocol, or they alone, know.

    Raises:
        Exception: what has to be there cannot be read; cattrs says it in many ways.
    """
    for _ in range(_ROUNDS):
        try:
            return converter.structure(data, kind)
        except BaseValidationError as error:
            # Of lists, the last element first: the others keep their places.
            paths = sorted(_paths(error), key=_order, reverse=True)
            left_out = [path for path in paths if _leave_out(data, path)]
            if not left_out:
                raise
    return converter.structure(data, kind)


def _paths(error: BaseException, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where in the JSON the faults of a validation are."""
    if not isinstance(error, BaseValidationError):
        yield path
        return
    for inner in error.exceptions:
        step: tuple[str | int, ...] = ()
        for note in getattr(inner, "__notes__", ()):
            if isinstance(note, AttributeValidationNote):
                step = (_camel(note.name),)
            elif isinstance(note, IterableValidationNote):
                step = (note.index,)
        yield from _paths(inner, path + step)


def _order(path: tuple[Any, ...]) -> list[tuple[int, str]]:
    return [(step, "") if isinstance(step, int) else (-1, step) for step in path]


def _leave_out(data: dict[str, Any], path: tuple[Any, ...]) -> bool:
    """Take out what is at a path, or, where there is nothing, what lacks it."""
    while len(path) > 1:  # parameters as a whole are not left out
        holder: Any = data
        try:
            for step in path[:-1]:
                holder = holder[step]
            del cast("dict[Any, Any]", holder)[path[-1]]
        except (KeyError, IndexError, TypeError):
            path = path[:-1]
        else:
            return True
    return False


def _camel(name: str) -> str:
    first, *others = name.rstrip("_").split("_")
    return first + "".join(map(str.capitalize, others))
