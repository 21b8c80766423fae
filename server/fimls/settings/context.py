"""The settings of what the model reads of other files."""

from __future__ import annotations

import attrs
from attrs import validators as v

from fimls.settings.declaration import setting, texts
from fimls.settings.stricter_values import LOWER, RAISE, SWITCH_OFF

SOURCES = ("definitions", "members", "edits", "windows")
"""What there is to choose from in `ContextSettings.sources`."""


def _known(_: object, field: attrs.Attribute[list[str]], value: list[str]) -> None:
    if not set(value) <= set(SOURCES):
        raise ValueError(f"{field.name} must name sources")


@attrs.frozen(kw_only=True)
class ContextSettings:
    """What the model reads of other files of the repository."""

    enabled: bool = setting(
        True,
        "Show the model snippets of other files where the cursor stands behind a name that they"
        " know. Excluded files, and those that `.gitignore` names, are never among them.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="narrow",
    )
    tokens: int = setting(
        500,
        "Upper bound on snippets, with their comment marks.",
        unit="tokens",
        check=v.and_(v.ge(0), v.le(100_000)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="narrow",
    )
    sources: list[str] = setting(
        [*SOURCES],
        "Where snippets come from, the best first: `definitions` of a function that is called,"
        " `members` behind a dot, recent `edits`, `windows` of files that have most in common with"
        " the lines before the cursor.",
        check=v.and_(texts, _known),
        wants=f"a list of {', '.join(SOURCES)}",
        at_hub="any",
    )
    min_share: float = setting(
        0.2,
        "Share of the terms before the cursor, rare ones counting for more, that a window or an"
        " edit must have.",
        check=v.and_(v.ge(0.0), v.le(1.0)),
        narrowing=RAISE,
        workspace="narrow",
        at_hub="any",
    )
    index: bool = setting(
        True,
        "Keep an index of the workspace's folders in your cache folder; without one only open"
        " documents are looked at. `fimls index --drop` deletes all indexes.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="narrow",
    )
    max_files: int = setting(
        20_000,
        "Files of a folder that are indexed, at most.",
        unit="files",
        check=v.and_(v.ge(1), v.le(1_000_000)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="any",
    )
    max_file_kib: int = setting(
        256,
        "Size of a file that is indexed, at most.",
        unit="KiB",
        check=v.and_(v.ge(1), v.le(16_384)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="any",
    )
    search_ms: int = setting(
        100,
        "How long it is looked for snippets, beside the typing; nobody waits for it.",
        unit="ms",
        check=v.and_(v.ge(1), v.le(10_000)),
        at_hub="any",
    )
