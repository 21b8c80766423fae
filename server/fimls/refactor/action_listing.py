"""Which actions are offered at a selection: a look at the tree, no model, no waiting."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fimls.refactor.action import Action, Target
from fimls.refactor.selection import Selection
from fimls.syntax.enclosing_definition import enclosing
from fimls.syntax.word_sets import words

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An action and what it would work on."""

    action: Action
    target: Target


def offers(
    actions: Iterable[Action],
    selection: Selection,
    *,
    only: Sequence[str] = (),
    with_disabled: bool = True,
) -> list[Offer]:
    """Return what can be done, in the actions' order.

    Args:
        actions: those there are.
        selection: what is selected.
        only: kinds that are wanted, with the kinds below them; empty for all.
        with_disabled: whether to name what cannot be done here, with the reason.
    """
    found: list[Offer] = []
    for action in actions:
        if action.languages and selection.language not in action.languages:
            continue
        if only and not any(_is_kind(action.kind, wanted) for wanted in only):
            continue
        target = find(action, selection)
        if target is None or (not only and _is_about_more(action, selection, target)):
            continue
        if with_disabled or target.disabled is None:
            found.append(Offer(action=action, target=target))
    return found


def find(action: Action, selection: Selection) -> Target | None:
    """Return an action's target; an action that fails does not take the others with it."""
    try:
        return action.find(selection)
    except Exception as error:
        logger.error(
            "The action %s failed (%s): please report it.", action.name, type(error).__name__
        )
        logger.debug("It failed because:", exc_info=error)
        return None


def _is_about_more(action: Action, selection: Selection, target: Target) -> bool:
    """Whether a cursor that only stands somewhere is not meant to be about all of a target.

    What rewrites a function is offered at its head, and where it is selected: else every line of
    it would have a menu full of that.
    """
    if selection.start != selection.end or action.name not in _OF_DEFINITIONS:
        return False
    found = enclosing(selection.parsed, selection.start) if selection.parsed else None
    if found is None or target.end < found.end:
        return False
    return _LINE_END.search(selection.text, found.result, selection.start) is not None


_OF_DEFINITIONS = words("""
    add-docstring add-type-hints convert-async explain handle-errors optimise simplify write-tests
""")
"""Actions about all of a function or class, and nothing that stands at the cursor."""
_LINE_END = re.compile(r"[\r\n]")


def _is_kind(kind: str, wanted: str) -> bool:
    """Whether a kind is another one or below it; the empty kind is above all."""
    return not wanted or kind == wanted or kind.startswith(f"{wanted}.")
