"""How a setting is declared."""

from __future__ import annotations

from typing import Any, cast

import attrs
from attrs import validators as v

MOST_TEXTS, LONGEST_TEXT = 1_000, 1_000
"""Of a setting that is a list."""


def setting(
    default: Any, help: str, *, unit: str = "", check: Any = None, trusted: bool = False
) -> Any:
    """Declare one setting.

    Args:
        default: the value when no layer sets it; its type is the setting's type.
        help: what the value means, as a sentence.
        unit: unit of a number (``tokens``, ``ms``, ``lines``), empty where there is none.
        check: further attrs validators.
        trusted: the setting decides where source text and keys are sent, so a file that came with
            the workspace may not set it.
    """
    kind: Any = v.instance_of(cast("type[object]", type(default)))
    if type(default) is int:
        kind = v.and_(kind, v.not_(v.instance_of(bool)))
    if type(default) is float:
        kind = v.and_(v.instance_of((int, float)), v.not_(v.instance_of(bool)))
    checks = v.and_(kind, check) if check is not None else kind
    return attrs.field(
        default=default,
        validator=checks,
        metadata={"help": help, "unit": unit, "trusted": trusted},
    )


def texts(_: object, field: attrs.Attribute[Any], value: list[Any]) -> None:
    """Check that a list holds texts only, and not so many that looking at them takes time."""
    if not all(isinstance(item, str) for item in value):
        raise TypeError(f"{field.name} must be a list of texts")
    if len(value) > MOST_TEXTS or any(len(item) > LONGEST_TEXT for item in value):
        raise ValueError(f"{field.name} has too many texts, or too long ones")
