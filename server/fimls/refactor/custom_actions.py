"""Actions of the user's own, from the settings.

::

    [refactor.custom.german]
    title = "Translate comments into German"
    prompt = "Translate all comments into German. Change nothing else."
    languages = ["python", "go"]       # all, if it is not there
    kind = "refactor.rewrite"          # the default
    checks = ["parses"]                # else stays_apart, parses, keeps_layout, sane_size
    regex = "[A-Z_]+"                  # what answers must match from end to end, if anything

They may also come from a file of the workspace, and then from whoever wrote the repository. Their
words go nowhere that the text of that workspace does not go anyway, to the engine that the user
chose, and whatever they make of it is confined to the selected lines. But nothing is written by
them that the user did not ask for and look at: the menu says whence they are, the editor asks
before the change, and where it cannot, they are not offered; no editor runs them on saving, as it
may do with ``source`` and ``quickfix``; the checks that an action has by default stay; and no
regular expression says what the model is to write.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any, cast

from fimls.refactor.action import Question, Target
from fimls.refactor.change import Change, Check
from fimls.refactor.checks import CHECKS
from fimls.refactor.regex_size import expanded_size
from fimls.refactor.selected_lines import selected_lines
from fimls.refactor.selection import Selection
from fimls.settings.stricter_values import Borrowed

DEFAULT_CHECKS = ("stays_apart", "parses", "keeps_layout", "sane_size")

KINDS = ("refactor", "quickfix", "source")

BORROWED = "Workspace: "
"""How the titles of a workspace's actions begin, and those of no others."""

_LONGEST_TITLE, _LONGEST_PROMPT, _LONGEST_REGEX = 100, 10_000, 1_000
"""Characters."""

_LARGEST_REGEX = 2_000
"""Characters and classes of one with its repetitions written out: an engine makes an automaton of
it, and others wait meanwhile."""


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
    confirm: bool = False

    def find(self, selection: Selection) -> Target | None:
        """Return the selected lines."""
        start, end = selected_lines(selection)
        if start >= end:
            return None
        return Target(start=start, end=end, title=self.title, confirm=self.confirm)

    def ask(self, selection: Selection, target: Target) -> Question:
        """Return the user's words."""
        return Question(instruction=self.prompt, regex=self.regex)

    def read(self, selection: Selection, target: Target, answer: str) -> Change:
        """Put the answer in the lines' place."""
        return Change.replacing(
            selection.text, target.start, target.end, answer, language=selection.language
        )


def custom_actions(
    tables: Mapping[str, Any], taken: Container[str] = ()
) -> tuple[list[CustomAction], list[str]]:
    """Return the actions that the settings define, and what is wrong with the others.

    Args:
        tables: name -> what it says; `Borrowed` where it came with a workspace.
        taken: names that other actions have.
    """
    actions: list[CustomAction] = []
    problems: list[str] = []
    for name, table in tables.items():
        try:
            if name in taken:
                raise ValueError("another action has that name")
            actions.append(_action(name, table))
        except ValueError as error:
            problems.append(f"refactor.custom.{_shown(name)} is left out: {error}; correct it.")
    return actions, problems


def _action(name: str, table: object) -> CustomAction:
    if not isinstance(table, Mapping):
        raise ValueError("it must be a table")
    borrowed = isinstance(table, Borrowed)
    values = dict(cast("Mapping[str, Any]", table))
    title, prompt = _text(values, "title", _LONGEST_TITLE), _text(values, "prompt", _LONGEST_PROMPT)
    if not title.isprintable():
        raise ValueError("title must be one line, without control characters")
    kind = values.pop("kind", "refactor.rewrite")
    kinds = KINDS[:1] if borrowed else KINDS
    if not any(kind == each or str(kind).startswith(f"{each}.") for each in kinds):
        below = "one below it" if borrowed else "one below them"
        raise ValueError(f"kind must be {', '.join(kinds)}, or {below}")
    languages = _texts(values, "languages", ())
    checks = _texts(values, "checks", DEFAULT_CHECKS)
    if unknown := [check for check in checks if check not in CHECKS]:
        raise ValueError(f"there is no check {_shown(unknown[0])}, only {', '.join(CHECKS)}")
    regex = _regex(values, borrowed=borrowed)
    if values:
        raise ValueError(f"{_shown(next(iter(values)))} is not one of its settings")
    if borrowed:
        checks = tuple(dict.fromkeys((*DEFAULT_CHECKS, *checks)))
    return CustomAction(
        name=name,
        title=BORROWED + title if borrowed else title,
        prompt=prompt,
        kind=kind,
        languages=frozenset(languages),
        checks=tuple(CHECKS[check] for check in checks),
        regex=regex,
        confirm=borrowed,
    )


def _text(values: dict[str, Any], key: str, longest: int) -> str:
    value = values.pop(key, None)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key} must be a text")
    if len(value) > longest:
        raise ValueError(f"{key} must not be longer than {longest} characters")
    return value


def _regex(values: dict[str, Any], *, borrowed: bool) -> str | None:
    regex = values.pop("regex", None)
    if regex is None:
        return None
    if borrowed:
        raise ValueError("one that came with a workspace may not have a regex")
    if not isinstance(regex, str):
        raise ValueError("regex must be a text")
    if len(regex) > _LONGEST_REGEX or expanded_size(regex, most=_LARGEST_REGEX) > _LARGEST_REGEX:
        raise ValueError("regex is too large with its repetitions written out")
    return regex


def _texts(values: dict[str, Any], key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    texts = values.pop(key, default)
    if not isinstance(texts, list | tuple) or not all(
        isinstance(each, str) for each in cast("list[Any]", texts)
    ):
        raise ValueError(f"{key} must be a list of texts")
    return tuple(cast("list[str]", texts))


def _shown(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name[:_LONGEST_TITLE])
