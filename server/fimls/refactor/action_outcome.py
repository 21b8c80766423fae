"""Carrying an action out with no more of a model than it needs; most need none at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from fimls.errors import FimlsError
from fimls.refactor.action import Action, Outcome, Question, Refusal, Target
from fimls.refactor.change import Change
from fimls.refactor.checks import within_range
from fimls.refactor.selection import Selection

logger = logging.getLogger(__name__)

_NAME_WITHIN_S = 0.3
"""A name that comes later is not worth the wait: who extracts something renames it anyway."""


async def carried_out(
    action: Action,
    selection: Selection,
    target: Target,
    ask_model: Callable[[Question], Awaitable[Outcome]],
) -> Outcome:
    """Return the change that the action makes of the target, or why there is none.

    Invariant: a change that needs no model uses no engine, no tokenizer and no network.

    Args:
        action: one that found the target.
        selection: what it was found in.
        target: what is to change.
        ask_model: returns what comes of the question that the action has for a model.

    Raises:
        FimlsError: the engine cannot be used now, and the action cannot do without a model.
    """
    asked = await asyncio.to_thread(without_model, action, selection, target)
    if not isinstance(asked, Question):
        return asked
    if not asked.placeholder:
        return await ask_model(asked)
    try:
        async with asyncio.timeout(_NAME_WITHIN_S):
            named = await ask_model(asked)
    except (FimlsError, TimeoutError) as error:
        logger.debug("No model found a name: %s.", type(error).__name__)
    else:
        if isinstance(named, Change):
            return named

    def with_placeholder() -> Change | Refusal:
        return checked(action, action.read(selection, target, asked.placeholder))

    return await asyncio.to_thread(with_placeholder)


def without_model(
    action: Action, selection: Selection, target: Target
) -> Question | Change | Refusal:
    """Return the change that the action makes itself, checked, or what it asks a model."""
    asked = action.ask(selection, target)
    return asked if isinstance(asked, Question) else checked(action, asked)


def checked(action: Action, change: Change | Refusal) -> Change | Refusal:
    """Return a change that passes all checks of its action, else why it does not."""
    if isinstance(change, Refusal):
        return change
    if change.after == change.before and not change.new_files:
        return Refusal("The answer changes nothing.")
    for check in (within_range, *action.checks):
        if (complaint := check(change)) is not None:
            return Refusal(complaint, check=getattr(check, "__name__", ""))
    return change
