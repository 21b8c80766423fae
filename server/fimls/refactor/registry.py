"""All actions, in the order in which menus show them."""

from __future__ import annotations

from collections.abc import Iterable

from fimls.refactor.action import Action
from fimls.refactor.actions import ACTIONS
from fimls.refactor.custom_actions import custom_actions
from fimls.settings import RefactorSettings


def actions_for(settings: RefactorSettings) -> tuple[tuple[Action, ...], list[str]]:
    """Return the actions that the settings leave and add, and what is wrong with the settings."""
    custom, problems = custom_actions(settings.custom, {action.name for action in ACTIONS})
    known = {action.name for action in (*ACTIONS, *custom)}
    problems += [
        f"refactor.disabled names {name!r}, and there is no such action."
        for name in settings.disabled
        if name not in known
    ]
    wanted = [each for each in (*ACTIONS, *custom) if each.name not in settings.disabled]
    return tuple(wanted), problems


def kinds(actions: Iterable[Action]) -> list[str]:
    """Return the kinds of actions, each once."""
    return sorted({action.kind for action in actions})
