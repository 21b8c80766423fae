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
        "Show the model a few lines of other files when you type a name that they define."
        " Excluded files, and those that `.gitignore` names, are never among them.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="narrow",
    )
    tokens: int = setting(
        500,
        "Most tokens for lines of other files.",
        unit="tokens",
        check=v.and_(v.ge(0), v.le(100_000)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="narrow",
    )
    sources: list[str] = setting(
        [*SOURCES],
        "Where those lines come from, best first: `definitions` of a function that is called,"
        " `members` after a dot, recent `edits`, `windows` of files that resemble the lines"
        " before the cursor.",
        check=v.and_(texts, _known),
        wants=f"a list of {', '.join(SOURCES)}",
        at_hub="any",
    )
    min_share: float = setting(
        0.2,
        "How much a window or an edit must resemble the text before the cursor, from 0 to 1.",
        check=v.and_(v.ge(0.0), v.le(1.0)),
        narrowing=RAISE,
        workspace="narrow",
        at_hub="any",
    )
    index: bool = setting(
        True,
        "Keep an index of the workspace's folders in your cache folder. Without it, only open"
        " documents are searched. `fimls index --drop` deletes all indexes.",
        narrowing=SWITCH_OFF,
        workspace="narrow",
        at_hub="narrow",
    )
    max_files: int = setting(
        20_000,
        "Most files of a folder to index.",
        unit="files",
        check=v.and_(v.ge(1), v.le(1_000_000)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="any",
    )
    max_file_kib: int = setting(
        256,
        "Largest file to index.",
        unit="KiB",
        check=v.and_(v.ge(1), v.le(16_384)),
        narrowing=LOWER,
        workspace="narrow",
        at_hub="any",
    )
    search_ms: int = setting(
        100,
        "How long to search other files. Suggestions never wait for it.",
        unit="ms",
        check=v.and_(v.ge(1), v.le(10_000)),
        at_hub="any",
    )
