"""The settings as VS Code's settings editor shows them: part of ``editors/vscode/package.json``.

``python -m fimls.settings.vscode FILE`` writes them into such a file.
"""

from __future__ import annotations

import json
from typing import Any, cast

import attrs

from fimls.settings import Settings, tables_of
from fimls.settings.declaration import checks_of

_OF_A_MACHINE = ("engine", "model")
"""Tables whose values mean something on one machine only."""


def configuration() -> list[dict[str, Any]]:
    """Return a group for each table, as ``contributes.configuration`` wants them.

    A hub's are not an editor's: whoever starts the hub sets them.
    """
    return [_group(table) for table in tables_of() if table != "hub"]


def with_configuration(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return an extension's manifest with the groups in place of those that it has.

    The first group stays: it describes the extension's own settings.
    """
    contributes = manifest["contributes"]
    groups = [contributes["configuration"][0], *configuration()]
    return {**manifest, "contributes": {**contributes, "configuration": groups}}


def manifest_text(manifest: dict[str, Any]) -> str:
    """Return a manifest as it stands in its file."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


_TITLES = {"completion": "Suggestions", "refactor": "Code actions"}
"""Table -> what its part of VS Code's settings is headed with, where that is not its name."""


def _group(table: str) -> dict[str, Any]:
    section: Any = getattr(Settings(), table)
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", type(section)))
    properties: dict[str, Any] = {
        f"fimls.{table}.{_camel(field.name)}": _property(table, field, order)
        for order, field in enumerate(fields)
    }
    if table == "engine":
        properties["fimls.engines"] = {
            "type": "array",
            "items": {"type": "object"},
            "default": [],
            "order": len(properties),
            "markdownDescription": "Several engines, in order of preference, in place of"
            " `fimls.engine`: each an object with its settings, a `name`, and in `for` some of"
            " `completion`, `actions` and `next-edit`.",
            "scope": "machine",
        }
    title = _TITLES.get(table, table.capitalize())
    return {"title": title, "properties": properties}


def _property(table: str, field: attrs.Attribute[Any], order: int) -> dict[str, Any]:
    unit = field.metadata["unit"]
    described: dict[str, Any] = {
        **_kind(field.default),
        "default": field.default,
        "order": order,
        "markdownDescription": field.metadata["help"] + (f" Unit: {unit}." if unit else ""),
    }
    for check in checks_of(field.validator):
        described |= _limit(check)
    if pattern := field.metadata["pattern"]:
        described["pattern"] = f"^(?:{pattern})$"
    # A repository brings settings for VS Code too, and they would replace the user's.
    if field.metadata["workspace"] != "any":
        described["scope"] = "machine" if table in _OF_A_MACHINE else "application"
    return described


def _kind(default: object) -> dict[str, Any]:
    if isinstance(default, list):
        return {"type": "array", "items": {"type": "string"}}
    if isinstance(default, dict):
        return {"type": "object"}
    names = {"bool": "boolean", "int": "integer", "float": "number", "str": "string"}
    return {"type": names[type(default).__name__]}


def _limit(check: Any) -> dict[str, Any]:
    """Return what a validator means for VS Code, as far as it can say that."""
    if hasattr(check, "bound"):
        names = {">=": "minimum", "<=": "maximum", ">": "exclusiveMinimum", "<": "exclusiveMaximum"}
        return {names[check.compare_op]: check.bound}
    if isinstance(options := getattr(check, "options", None), list | tuple):
        return {"enum": list(cast("list[str]", options))}
    return {}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


if __name__ == "__main__":
    import sys
    from pathlib import Path

    file = Path(sys.argv[1])
    manifest = with_configuration(json.loads(file.read_text(encoding="utf-8")))
    file.write_text(manifest_text(manifest), encoding="utf-8")
