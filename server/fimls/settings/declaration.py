"""How a setting is declared: its default and meaning, what it may be, and who may set it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias, cast

import attrs
from attrs import validators as v

from fimls.settings.stricter_values import Borrowed, Narrowing

MOST_TEXTS, LONGEST_TEXT, MOST_CHARACTERS = 1_000, 1_000, 20_000
"""Of a setting that is a list; patterns are compiled, and that takes 2 ms for 1,000 characters."""

MOST_TABLES, MOST_BORROWED = 100, 20
"""Of a setting that is a table of tables: of one's own, and of a workspace beside them."""

Reach: TypeAlias = Literal["never", "narrow", "any"]
"""What somebody may do to a setting who is not the one that it guards: nothing, narrow it as its
`fimls.settings.stricter_values.Narrowing` says, or set it."""


def setting(
    default: Any,
    help: str,
    *,
    unit: str = "",
    check: Any = None,
    wants: str = "",
    narrowing: Narrowing | None = None,
    workspace: Reach = "never",
    at_hub: Reach = "never",
    secret: bool = False,
    pattern: str = "",
    was: str = "",
) -> Any:
    """Declare one setting.

    Args:
        default: the value when no layer sets it; its type is the setting's type.
        help: what the value means, as a sentence.
        unit: unit of a number (``tokens``, ``ms``, ``lines``), empty where there is none.
        check: further attrs validators.
        wants: what a value must be, for messages, where the checks do not say it.
        narrowing: how it can be made to send, write and cost less.
        workspace: what a file may do that came with a workspace.
        at_hub: what an editor may do whose server is somebody else's hub.
        secret: its value is never shown, right or wrong.
        pattern: what editors hold a text against while it is written; one that does not fit is
            kept, and whoever uses it says what is wrong.
        was: what it was called before; that name goes on working.
    """
    if "narrow" in (workspace, at_hub) and narrowing is None:
        raise TypeError("what may be narrowed needs a narrowing")
    kind: Any = v.instance_of(cast("type[object]", type(default)))
    if type(default) is int:
        kind = v.and_(kind, v.not_(v.instance_of(bool)))
    if type(default) is float:
        kind = v.and_(v.instance_of((int, float)), v.not_(v.instance_of(bool)))
    checks = v.and_(kind, check) if check is not None else kind
    return attrs.field(
        default=default,
        validator=checks,
        metadata={
            "help": help,
            "unit": unit,
            "wants": wants,
            "narrowing": narrowing,
            "workspace": workspace,
            "at_hub": at_hub,
            "secret": secret,
            "pattern": pattern,
            "was": was,
        },
    )


def texts(_: object, field: attrs.Attribute[Any], value: list[Any]) -> None:
    """Check that a list holds texts only, and not so many that looking at them takes time."""
    if not all(isinstance(item, str) for item in value):
        raise TypeError(f"{field.name} must be a list of texts")
    if len(value) > MOST_TEXTS or any(len(item) > LONGEST_TEXT for item in value):
        raise ValueError(f"{field.name} has too many texts, or too long ones")
    if sum(map(len, value)) > MOST_CHARACTERS:
        raise ValueError(f"{field.name} has too many characters")


def tables(_: object, field: attrs.Attribute[Any], value: dict[str, Any]) -> None:
    """Check that a table does not have so many entries that reading them takes time."""
    borrowed = sum(isinstance(table, Borrowed) for table in value.values())
    if borrowed > MOST_BORROWED or len(value) - borrowed > MOST_TABLES:
        raise ValueError(f"{field.name} has more than {MOST_TABLES} tables")


def wanted(field: attrs.Attribute[Any]) -> str:
    """Return what a value must be: "a whole number from 1 to 1000"."""
    if field.metadata["wants"]:
        return field.metadata["wants"]
    for check in checks_of(field.validator):
        if isinstance(options := getattr(check, "options", None), list | tuple):
            *most, last = (f'"{each}"' for each in cast("list[str]", options))
            return f"{', '.join(most)} or {last}"
    if isinstance(field.default, list):
        return f"a list of at most {MOST_TEXTS} texts, {MOST_CHARACTERS} characters together"
    if isinstance(field.default, dict):
        return f"a table of at most {MOST_TABLES} tables"
    if isinstance(field.default, int | float) and not isinstance(field.default, bool):
        whole = "whole " if isinstance(field.default, int) else ""
        return f"a {whole}number{_range(field)}"
    return "true or false" if isinstance(field.default, bool) else "a text"


def checks_of(validator: Any) -> Iterator[Any]:
    """Yield the validators that one is put together from."""
    parts = getattr(validator, "_validators", None)
    if parts is None:
        yield validator
    for part in parts or ():
        yield from checks_of(part)


def _range(field: attrs.Attribute[Any]) -> str:
    bounds = {
        check.compare_op: check.bound
        for check in checks_of(field.validator)
        if hasattr(check, "bound")
    }
    least, most = bounds.get(">=", -math.inf), bounds.get("<=", math.inf)
    if "<" in bounds:
        return f" from {least:g}, and below {bounds['<']:g}"
    if most == math.inf:
        return f" of at least {least}"
    return f" from {least} to {most}"
