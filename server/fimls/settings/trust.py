"""How settings from several places become one `Settings`, and what is said of those that cannot.

One rule: what one trusts replaces what stands below it. What came with a workspace, and what an
editor says that uses somebody else's hub, does what the setting lets it: nothing, narrow what the
others say, or replace it. The workspace comes last, so that what it excludes is excluded.
"""

from __future__ import annotations

import difflib
import json
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, cast

import attrs

from fimls.settings.declaration import Reach, wanted
from fimls.settings.engine import MOST_ENGINES, NamedEngine
from fimls.settings.stricter_values import Narrowing
from fimls.settings.tables import Settings

logger = logging.getLogger(__name__)

Source: TypeAlias = Literal["own", "workspace", "at_hub"]
"""Whose settings they are: one's own, those of a workspace's file, or of an editor at a hub that
somebody else runs."""

_WHO = {"workspace": "a file in the workspace", "at_hub": "an editor at this hub"}
_BECAUSE = {
    "workspace": "a file in the workspace may not set it; set it in your user file or editor",
    "at_hub": "the hub decides where text is sent",
}

_MOST_PROBLEMS = 20
"""Of a layer; nobody reads more, and each takes time."""

_LONGEST_SHOWN = 100
"""Characters of a name or a value in a message."""

_TOLD: set[tuple[str, str]] = set()
"""Layers and old names in them that somebody was told of."""

_MOST_TOLD = 1_000


@attrs.frozen(kw_only=True)
class Layer:
    """One source of settings.

    Attributes:
        name: where it comes from, for messages (``~/.config/fimls/fimls.toml``).
        values: tables of values as read: ``{"engine": {"url": ...}}``; camelCase keys are accepted.
        source: whose settings they are.
    """

    name: str
    values: Mapping[str, Any]
    source: Source = "own"


def resolve(layers: Sequence[Layer]) -> tuple[Settings, list[str]]:
    """Merge layers, the last one over the others, into settings and problems.

    A bad value never stops anything: it is left out, with one sentence in the problems, and the
    value of the layer below stays.
    """
    settings = base = Settings()
    source: Source = "own"
    problems: list[str] = []
    for layer in layers:
        if layer.source != source:
            base, source = settings, layer.source
        settings, found = _laid_over(settings, base, layer)
        problems += found
    return settings, problems


def _laid_over(settings: Settings, base: Settings, layer: Layer) -> tuple[Settings, list[str]]:
    """Lay a layer over settings; what it narrows is what stands in `base`.

    So an editor at a hub takes back what it narrowed before, and no more.
    """
    problems = _Problems(layer)
    for table, values in layer.values.items():
        name = snake_case(table)
        if name == "engines":
            settings = attrs.evolve(settings, engines=_engines(settings, values, problems))
        elif name not in attrs.fields_dict(Settings):
            problems.unknown(
                f"there is no table [{_shown(table)}] in the settings", name, Settings, "[{}]"
            )
        elif isinstance(values, Mapping):
            section: Any = getattr(settings, name)
            below: Any = getattr(base, name)
            for key, value in cast("Mapping[str, Any]", values).items():
                section = _with(section, below, f"{name}.{snake_case(key)}", value, problems)
            settings = attrs.evolve(settings, **{name: section})
        else:
            problems.add(f"[{name}] must be a table of settings.")
    return settings, problems.all()


def _engines(settings: Settings, values: object, problems: _Problems) -> tuple[NamedEngine, ...]:
    """Return a list of engines: it stands for the one below, whole, if it can be used whole.

    Of a list with one engine left out nobody knows where text goes.
    """
    source = problems.layer.source
    if source != "own":
        problems.add(f"[[engines]] is ignored, because {_BECAUSE[source]}.")
        return settings.engines
    entries = cast("list[Any]", values) if isinstance(values, list | tuple) else [None]
    tables = [cast("Mapping[str, Any]", each) for each in entries if isinstance(each, Mapping)]
    if len(tables) != len(entries) or len(entries) > MOST_ENGINES:
        problems.add(f"engines must be a list of at most {MOST_ENGINES} tables ([[engines]]).")
        return settings.engines
    wrong = problems.count
    found: list[NamedEngine] = []
    for number, table in enumerate(tables, 1):
        engine = NamedEngine(name=f"engine {number}")
        for key, value in table.items():
            name = "for_" if key == "for" else snake_case(key)
            engine = _with(engine, engine, f"engines[{number}].{name}", value, problems)
        found.append(engine)
    if len({engine.name for engine in found}) < len(found):
        problems.add("two of [[engines]] have the same name: rename one.")
    return tuple(found) if problems.count == wrong else settings.engines


def _with(section: Any, base: Any, where: str, value: object, problems: _Problems) -> Any:
    """Return a table with one setting more, if it can be set."""
    kind = cast("type[attrs.AttrsInstance]", type(section))
    known = attrs.fields_dict(kind)
    name = where.rpartition(".")[2]
    if name not in known and (now := renamed(kind).get(name)):
        old, where = where, f"{where.removesuffix(name)}{now}"
        name = now
        problems.renamed(old, where)
    if name not in known:
        problems.unknown(f"{_shown(where)} is not a setting", name, kind)
        return section
    field, source = known[name], problems.layer.source
    reach: Reach = "any" if source == "own" else field.metadata[source]
    if reach == "never":
        problems.add(f"{where} is ignored, because {_BECAUSE[source]}.")
        return section
    so_far: Any = getattr(section, name)
    try:
        attrs.evolve(section, **{name: value})  # the value by itself must be one
        merged: Any = value
        if reach == "narrow":
            merged = _narrowed(field, getattr(base, name), value, where, problems)
        elif isinstance(so_far, dict):  # named entries: each layer adds its own
            merged = {**cast("Any", so_far), **cast("Any", value)}
        return attrs.evolve(section, **{name: merged})
    except (TypeError, ValueError):
        problems.add(
            f"{where} must be {wanted(field)}; using {_stays(field, getattr(section, name))}."
        )
        return section


def renamed(table: type[attrs.AttrsInstance]) -> dict[str, str]:
    """Return what settings of a table were called before -> what they are called now."""
    fields = attrs.fields_dict(table)
    return {field.metadata["was"]: name for name, field in fields.items() if field.metadata["was"]}


def _narrowed(
    field: attrs.Attribute[Any], base: Any, value: Any, where: str, problems: _Problems
) -> Any:
    narrowing: Narrowing = field.metadata["narrowing"]
    who, merged = _WHO[problems.layer.source], narrowing.merge(base, value)
    if isinstance(value, dict):
        for name in base.keys() & cast("dict[str, Any]", value).keys():
            problems.add(
                f"{where}.{_shown(name)} is ignored, because an action of yours has that name:"
                " rename it."
            )
    # One that is narrower than what fimls comes with is meant well, whatever the user has.
    elif not isinstance(value, list) and narrowing.merge(field.default, value) != value:
        problems.add(f"{where} stays {_stays(field, base)}: {who} may only {narrowing.says}.")
    return merged


def _stays(field: attrs.Attribute[Any], below: object) -> str:
    """Return how a value is told that stays in force; a secret is not."""
    if field.metadata["secret"] or isinstance(below, list | dict):
        return "the value from before"
    return json.dumps(below, ensure_ascii=False)[:_LONGEST_SHOWN]


class _Problems:
    """What is wrong with a layer, as sentences, and no more of them than one reads."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self._found: list[str] = []
        self._more = 0

    def add(self, sentence: str) -> None:
        if len(self._found) < _MOST_PROBLEMS:
            self._found.append(f"{self.layer.name}: {sentence}")
        else:
            self._more += 1

    def unknown(self, sentence: str, name: str, of: type[Any], shape: str = "{}") -> None:
        """Tell of a name that nothing has; one that is like it may have been meant."""
        if len(self._found) >= _MOST_PROBLEMS:
            self._more += 1
            return
        names = list(attrs.fields_dict(of))
        near = difflib.get_close_matches(name[:_LONGEST_SHOWN], names, n=1)
        meant = f" (did you mean {shape.format(near[0])}?)" if near else ""
        self.add(f"{sentence}{meant}.")

    def renamed(self, where: str, now: str) -> None:
        """Tell once, in the log, of a setting's old name: what it says is done."""
        if (self.layer.name, where) not in _TOLD and len(_TOLD) < _MOST_TOLD:
            _TOLD.add((self.layer.name, where))
            logger.warning(
                "%s: %s is called %s now; please rename it.", self.layer.name, where, now
            )

    @property
    def count(self) -> int:
        return len(self._found) + self._more

    def all(self) -> list[str]:
        more = [f"{self.layer.name}: {self._more} more settings are wrong."] if self._more else []
        return self._found + more


def _shown(name: str) -> str:
    """Return a name that anybody may have written as it can stand in a message."""
    text = "".join(char if char.isprintable() else "?" for char in name[:_LONGEST_SHOWN])
    return text if len(name) <= _LONGEST_SHOWN else f"{text}…"


def snake_case(key: str) -> str:
    """``maxNewTokens`` as editors write it -> ``max_new_tokens``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", key).lower()
