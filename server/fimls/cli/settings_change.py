"""A settings file with another engine in it: comments, order and other settings stay."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import tomlkit
from tomlkit.items import AoT, Array, Table

from fimls.backend.engine_privacy import address_of
from fimls.bounded_file import read_regular_file
from fimls.errors import ConfigurationError
from fimls.hub import atomic_rewrite
from fimls.settings import USUAL_URL, EngineSettings
from fimls.settings.file import MOST_BYTES, SettingsFileError, read_settings_file
from fimls.settings.trust import snake_case

_OF_ONE_ENGINE = {
    *("kind", "url", "model", "privacy", "prompt", "extra_key", "api_key_env", "api_key_file"),
    *("client_certificate_file", "client_key_file"),
}
"""What is of no use, and may do harm, once another engine stands there: a key, say."""

_HEAD = "# Settings of fimls: configs/fimls.toml has all of them, and what each means.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenEngine:
    """What is to be written of an engine; empty is left out.

    Attributes:
        kind: `engine.kind`.
        url: its base address.
        model: which of its models.
        key_file: where its key is.
        key_env: the variable that holds it.
    """

    kind: str
    url: str = ""
    model: str = ""
    key_file: str = ""
    key_env: str = ""

    @property
    def settings(self) -> EngineSettings:
        """What it is once it is written, as far as that says where it is."""
        return EngineSettings(kind=self.kind, url=self.url or USUAL_URL)

    @property
    def values(self) -> dict[str, str]:
        """Names and values of its settings."""
        return {
            "kind": self.kind,
            "url": self.url,
            "model": self.model,
            "api_key_env": self.key_env,
            "api_key_file": self.key_file,
        }


def read_text(file: Path) -> str:
    """Return what a settings file holds, or nothing where there is none.

    Raises:
        ConfigurationError: it cannot be used as it is, so it is not changed either.
    """
    try:
        if read_settings_file(file) is None:
            return ""
        return read_regular_file(file, most_bytes=MOST_BYTES).decode()
    except (SettingsFileError, OSError) as error:
        raise ConfigurationError(
            f"{str(error).rstrip('.')}: correct that first. Nothing was written."
        ) from error


def with_engine(text: str, engine: ChosenEngine, *, hosted: str = "") -> str:
    """Return a settings file's text with an engine, the first that is asked.

    Args:
        text: of the file; a list of `[[engines]]` in it stays, and gets this one as its first.
        engine: what to write.
        hosted: what `privacy.hosted` becomes, or empty for what it is.

    Raises:
        ConfigurationError: the text is written in a way that cannot be changed by itself.
    """
    mark, body = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    document = tomlkit.parse(body or _HEAD)
    values = cast("MutableMapping[str, Any]", document)
    listed = _of_name(values, "engines")
    if listed is not None and isinstance(values[listed], AoT | Array) and values[listed]:
        _put_first(values[listed], engine)
    else:
        _fill(_table(values, "engine"), engine.values)
    if hosted:
        _table(values, "privacy")["hosted"] = hosted
    changed = mark + tomlkit.dumps(document)
    _check(body, changed.removeprefix(mark), hosted=bool(hosted))
    return changed


def write(file: Path, text: str) -> None:
    """Put a text into a settings file, all of it or none; a link stays one.

    Raises:
        ConfigurationError: it cannot be written.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic_rewrite.replace(file, text)
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be written ({error.strerror}): say with --file where settings go."
        ) from error


def _of_name(values: Mapping[str, Any], name: str) -> str | None:
    """Return how a name is written here: editors write `apiKeyFile`, which is read too."""
    return next((key for key in values if snake_case(key) == name), None)


def _table(values: MutableMapping[str, Any], name: str) -> MutableMapping[str, Any]:
    key = _of_name(values, name)
    if key is None:
        key = name
        values[key] = tomlkit.table()
    if not isinstance(values[key], MutableMapping):
        raise ConfigurationError(f"{key} is no table in your settings file: correct that first.")
    return values[key]


def _fill(table: MutableMapping[str, Any], values: Mapping[str, str]) -> None:
    """Write an engine where another one stands; what is not of one engine alone stays."""
    for key in [key for key in table if snake_case(key) in _OF_ONE_ENGINE]:
        if not values.get(snake_case(key)):
            del table[key]
    for name, value in values.items():
        if value:
            table[_of_name(table, name) or name] = value


def _put_first(engines: AoT | Array, engine: ChosenEngine) -> None:
    entries = cast("list[Any]", engines)
    there = [cast("MutableMapping[str, Any]", e) for e in entries if isinstance(e, MutableMapping)]
    if len(there) < len(entries):
        raise ConfigurationError(
            "[[engines]] is no list of tables in your settings file: correct that first."
        )
    address = address_of(engine.settings)
    for number, each in enumerate(there):
        kind, url = str(each.get("kind", "sglang")), str(each.get("url", USUAL_URL))
        if address_of(EngineSettings(kind=kind, url=url)).rstrip("/") == address:
            _fill(each, engine.values)
            if number:
                engines.insert(0, cast("Any", engines.pop(number)))
            return
    names = {str(each.get("name", "")) for each in there}
    name = next(n for n in _names(engine.kind) if n not in names)
    table: Any = tomlkit.table() if isinstance(engines, AoT) else tomlkit.inline_table()
    table["name"] = name
    _fill(table, engine.values)
    if isinstance(table, Table):
        table.add(tomlkit.nl())
    engines.insert(0, table)


def _names(kind: str) -> list[str]:
    return [kind, *(f"{kind} {number}" for number in range(2, 99))]


def _check(before: str, after: str, *, hosted: bool) -> None:
    """See to it that nothing but what was meant is another one now."""
    left: list[dict[str, Any]] = []
    for text in (before, after):
        tables = {snake_case(key): value for key, value in tomllib.loads(text).items()}
        for name in ("engine", "engines"):
            tables.pop(name, None)
        if hosted:
            tables["privacy"] = {**tables.get("privacy", {}), "hosted": ""}
        left.append(tables)
    if left[0] != left[1] or len(after.encode()) > MOST_BYTES:
        raise ConfigurationError(
            "Your settings file cannot be changed without changing more of it: write the engine"
            " into it by hand (`fimls setup --print` shows it)."
        )
