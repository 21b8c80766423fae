"""The settings that a hub runs with: read as a whole, or not at all.

An editor's server goes on with what it can use of a settings file. A hub does not: a file that is
half saved would open its doors and send text to the default engine.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import attrs

from fimls.errors import ConfigurationError
from fimls.hub.experiment import Experiment
from fimls.settings import EngineSettings, HubSettings, Layer, Settings, resolve
from fimls.settings.file import read_settings_file

_GUARDING = ("hub.", "engine.", "model.", "completion.exclude")
"""How the names of settings begin that say who comes in, where text is sent, and what is not."""


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsSnapshot:
    """A settings file as it was when it was read.

    Attributes:
        layer: what it says; the editors of a hub add theirs to it for themselves.
        settings: what that means.
        there: whether there was a file.
    """

    layer: Layer
    settings: Settings
    there: bool


def read_settings(file: Path, *, optional: bool = False) -> SettingsSnapshot:
    """Read a hub's settings file.

    Args:
        file: where it is.
        optional: where there is none, return the defaults.

    Raises:
        ConfigurationError: it cannot be read, or something in it is no setting or has a wrong
            value.
    """
    tables = read_settings_file(file)
    if tables is None and not optional:
        raise ConfigurationError(f"There is no settings file {file}")
    if tables is not None and not tables:
        raise ConfigurationError(f"The settings file {file} is empty")
    if tables is not None and tables.get("hub") == {}:
        raise ConfigurationError(f"The table [hub] in {file} is empty, as if it were half saved")
    layer = Layer(name=str(file), values=tables or {})
    settings, problems = resolve([layer])
    if not problems:
        from fimls.refactor.registry import actions_for

        problems = [f"{file}: {problem}" for problem in actions_for(settings.refactor)[1]]
    try:
        tried = Experiment(settings.hub.experiment)
    except ConfigurationError as error:
        problems = [*problems, f"{file}: {error}"]
    else:
        changed = Layer(name=f"{file}: hub.experiment", values=tried.values)
        problems = [*problems, *resolve([changed])[1]]
    for name, urls in (
        ("engine.url", [settings.engine.url]),
        ("hub.replicas", settings.hub.replicas),
    ):
        pattern = attrs.fields(EngineSettings).url.metadata["pattern"]
        if not all(re.fullmatch(pattern, url) for url in urls):
            says = f"{file}: {name} must be an address such as http://127.0.0.1:30000"
            problems = [*problems, says]
    if settings.engines and (settings.hub.replicas or settings.hub.ranks > 1):
        says = (
            f"{file}: hub.replicas and hub.ranks are of [engine] and cannot be combined with"
            " [[engines]]: leave the list out, or name a router before the replicas in it"
        )
        problems = [*problems, says]
    if problems:
        raise ConfigurationError(" ".join(problems).removesuffix("."))
    return SettingsSnapshot(layer=layer, settings=settings, there=tables is not None)


def check_nothing_is_gone(before: SettingsSnapshot, after: SettingsSnapshot) -> None:
    """Refuse what a file cut off in the middle would do: open a door by saying nothing of it.

    Raises:
        ConfigurationError: a setting that decides who comes in, or where text is sent, was in the
            file and no longer is.
    """
    kept = _guarding(after)
    gone = [shown for name, shown in _guarding(before).items() if name not in kept]
    if gone:
        raise ConfigurationError(
            f"{', '.join(gone)} is no longer in {after.layer.name}, as if it were half saved: write"
            " its default there, or restart the hub"
        )


def say_what_waits(before: HubSettings, after: HubSettings) -> None:
    """Log which changed settings a reload cannot carry out."""
    for name in ("listen", "replicas", "ranks", "spill", "experiment"):
        if getattr(after, name) != getattr(before, name):
            logger.warning(
                "hub.%s has changed: restart the hub to use it. Until then it does as before.", name
            )


def _guarding(snapshot: SettingsSnapshot) -> dict[str, str]:
    """Return the settings in a file that keep somebody or something out, however they are spelt."""
    named = [
        f"{table}.{key}"
        for table, values in snapshot.layer.values.items()
        for key in cast("Mapping[str, Any]", values)
    ]
    spelt = {name.replace("_", "").lower(): name for name in named}
    return {plain: name for plain, name in spelt.items() if plain.startswith(_GUARDING)}
