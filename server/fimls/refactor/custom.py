"""Actions of the user's own, from the settings.

::

    [refactor.custom.german]
    title = "Translate comments into German"
    prompt = "Translate all comments into German. Change nothing else."
    languages = ["python", "go"]       # all, if it is not there
    kind = "refactor.rewrite"          # the default
    checks = ["parses"]                # else stays_apart, parses, keeps_layout, sane_size
    regex = "[A-Z_]+"                  # what answers must match from end to end, if anything

They may also come from a file of the workspace: their words go nowhere that the text of that
workspace does not go anyway, to the engine that the user chose; whatever they make of it is
confined to the selected lines, and shown before it is applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from fimls.refactor.action import Question, Target
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import CHECKS
from fimls.refactor.lines import selected_lines
from fimls.refactor.selection import Selection

DEFAULT_CHECKS = ("stays_apart", "parses", "keeps_layout", "sane_size")

KINDS = ("refactor", "quickfix", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomAction:
    """A `fimls.refactor.Action` that replaces the selected lines as a fixed text says."""

    name: str
    title: str
    prompt: str
    kind: str = "refactor.rewrite"
    languages: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = ()
    regex: str | None = None

    def find(self, selection: Selection) -> Target | None:
        """Return the selected lines."""
        start, end = selected_lines(selection)
        return Target(start=start, end=end, title=self.title) if start < end else None

    def ask(self, selection: Selection, target: Target) -> Question:
        """Return the user's words."""
        return Question(instruction=self.prompt, regex=self.regex)

    def read(self, selection: Selection, target: Target, answer: str) -> Change:
        """Put the answer in the lines' place."""
        return Change.replacing(
            selection.text, target.start, target.end, answer, language=selection.language
        )


def custom_actions(tables: Mapping[str, Any]) -> tuple[list[CustomAction], list[str]]:
    """Return the actions that the settings define, and what is wrong with the others."""
    actions: list[CustomAction] = []
    problems: list[str] = []
    for name, table in tables.items():
        try:
            actions.append(_action(name, table))
        except ValueError as error:
            problems.append(f"refactor.custom.{name} is left out: {error}.")
    return actions, problems


def _action(name: str, table: object) -> CustomAction:
    if not isinstance(table, Mapping):
        raise ValueError("it must be a table")
    values = dict(cast("Mapping[str, Any]", table))
    title, prompt = values.pop("title", None), values.pop("prompt", None)
    for key, value in (("title", title), ("prompt", prompt)):
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{key} must be a text")
    kind = values.pop("kind", "refactor.rewrite")
    if not any(kind == each or str(kind).startswith(f"{each}.") for each in KINDS):
        raise ValueError(f"kind must be {', '.join(KINDS)}, or one below them")
    languages = _texts(values, "languages", ())
    checks = _texts(values, "checks", DEFAULT_CHECKS)
    if unknown := [check for check in checks if check not in CHECKS]:
        raise ValueError(f"there is no check {unknown[0]}, only {', '.join(CHECKS)}")
    regex = values.pop("regex", None)
    if regex is not None and not isinstance(regex, str):
        raise ValueError("regex must be a text")
    if values:
        raise ValueError(f"{next(iter(values))} is not one of its settings")
    return CustomAction(
        name=name,
        title=cast("str", title),
        prompt=cast("str", prompt),
        kind=kind,
        languages=frozenset(languages),
        checks=tuple(CHECKS[check] for check in checks),
        regex=regex,
    )


def _texts(values: dict[str, Any], key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    texts = values.pop(key, default)
    if not isinstance(texts, list | tuple) or not all(
        isinstance(each, str) for each in cast("list[Any]", texts)
    ):
        raise ValueError(f"{key} must be a list of texts")
    return tuple(cast("list[str]", texts))
