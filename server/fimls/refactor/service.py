"""The life of one code action: ask, read, check, ask once more, and only then offer a change."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from typing import TypeAlias

from fimls.backend.base import Backend, GenerateRequest, ModelInfo, Priority
from fimls.context.secrets import Masks
from fimls.prompt import Conversing, Message
from fimls.refactor.action import Action, Outcome, Question, Refusal, Target
from fimls.refactor.action_outcome import checked, without_model
from fimls.refactor.actions.name_from_model import proposed_name
from fimls.refactor.answer_parsing.answer import read_answer
from fimls.refactor.change import Change, Explanation
from fimls.refactor.model_messages import conversation, excerpt, repair
from fimls.refactor.selection import Selection
from fimls.refactor.verdict import Verdict
from fimls.settings import RefactorSettings

Verify: TypeAlias = Callable[[Change], Verdict]

_NAME_TOKENS = 32
_SHORTEST = 512
"""Tokens that an answer may take however short the target is: a stub becomes a function."""
_AROUND = 600
"""Tokens left for the system's text, the instruction and a complaint."""


class RefactorService:
    """Carries actions out with one engine. It keeps nothing: every call brings its snapshot.

    Invariant: a change that it returns has passed all checks of its action, and touches nothing
    outside the range that it names.
    """

    def __init__(
        self,
        *,
        backend: Backend,
        chat: Conversing,
        settings: RefactorSettings,
        context_length: int | None = None,
        model: ModelInfo | None = None,
        hides_secrets: bool = False,
    ) -> None:
        """Nothing is asked yet.

        Args:
            backend: the engine.
            chat: how a conversation is put to the engine.
            settings: limits.
            context_length: tokens that prompt and answer may have together.
            model: whose chat template it is; another one is not asked.
            hides_secrets: whether the engine may not read the secrets of a document.
        """
        self._backend = backend
        self._chat = chat
        self._settings = settings
        self._context_length = context_length
        self._model = model
        self._hides_secrets = hides_secrets

    async def carry_out(
        self,
        action: Action,
        selection: Selection,
        target: Target,
        *,
        question: Question | None = None,
        progress: Callable[[str], None] = lambda _: None,
        verify: Verify | None = None,
    ) -> Outcome:
        """Return the change that the action makes of the target, or why there is none.

        Cancelling it ends the generation in the engine.

        Args:
            action: one that found the target.
            selection: what it was found in.
            target: what is to change.
            question: what the action asks, where it was asked already.
            progress: is called with the answer as far as it has come; what it raises ends the
                generation.
            verify: looks at what a model wrote, in a thread; what it refutes is no change.

        Raises:
            FimlsError: the engine cannot be used now.
        """
        try:
            async with asyncio.timeout(self._settings.deadline_ms / 1e3):
                return await self._carried_out(
                    action, selection, target, question, progress, verify
                )
        except TimeoutError:
            return too_late(self._settings.deadline_ms)

    async def _carried_out(
        self,
        action: Action,
        selection: Selection,
        target: Target,
        question: Question | None,
        progress: Callable[[str], None],
        verify: Verify | None,
    ) -> Outcome:
        found = question or await asyncio.to_thread(without_model, action, selection, target)
        if not isinstance(found, Question):
            return found
        asked = await asyncio.to_thread(self._messages, selection, target, found)
        if isinstance(asked, Refusal):
            return asked
        messages, question, limit = asked
        masks = Masks() if self._hides_secrets else None
        answer = await self._answer(messages, question, limit, progress, masks)

        def outcome_of(answer: str) -> Outcome:
            outcome = _read(action, selection, target, question, answer)
            if verify is None or not isinstance(outcome, Change) or not outcome.written:
                return outcome
            return _verified(outcome, verify(outcome))

        outcome = await asyncio.to_thread(outcome_of, answer)
        if self._settings.repair and isinstance(outcome, Refusal) and not isinstance(answer, _Cut):
            messages += [Message("assistant", answer), repair(outcome.reason)]
            answer = await self._answer(messages, question, limit, progress, masks)
            outcome = await asyncio.to_thread(outcome_of, answer)
        return outcome

    def _messages(
        self, selection: Selection, target: Target, question: Question
    ) -> tuple[list[Message], Question, int] | Refusal:
        """Return the conversation, the question in the form it takes, and the answer's limit."""
        size = self._chat.count(selection.text[target.start : target.end])
        limit = self._settings.max_new_tokens
        room = self._settings.context_tokens
        if self._context_length is not None:
            limit = min(limit, self._context_length // 4)
            # The part stands there twice, and an answer that is repaired too.
            room = min(room, self._context_length - _AROUND - size - 2 * limit)
        if question.form == "replacement":
            if size > limit // 2:
                question = replace(question, form="blocks")
            limit = min(limit, max(_SHORTEST, 2 * size))
        elif question.form == "name":
            limit = min(limit, _NAME_TOKENS)
        if size > room:
            return Refusal(
                f"The part has {size} tokens and the model can be shown {max(room, 0)}: select"
                " less, or raise refactor.context_tokens."
            )
        shown = excerpt(selection, target, room, self._chat.count)
        return conversation(selection, target, question, shown), question, limit

    async def _answer(
        self,
        messages: list[Message],
        question: Question,
        limit: int,
        progress: Callable[[str], None],
        masks: Masks | None,
    ) -> str:
        """Return what the model says; a `_Cut` if it did not come to an end."""
        if masks is not None:
            messages = [replace(each, text=masks.hide(each.text)) for each in messages]
        request = GenerateRequest(
            rid=uuid.uuid4().hex,
            **await asyncio.to_thread(self._chat.asked, messages),
            max_new_tokens=limit,
            temperature=self._settings.temperature,
            stop_token_ids=self._chat.end_ids,
            stop=self._chat.stop,
            priority=Priority.CODE_ACTION,
            regex=question.regex,
            model=self._model,
        )
        text, reason = "", None
        async with aclosing(self._backend.stream(request)) as chunks:
            async for chunk in chunks:
                text += chunk.text
                reason = chunk.finish_reason or reason
                progress(text if masks is None else masks.restore(text, ended=False))
        text = text if masks is None else masks.restore(text, ended=True)
        return _Cut(text) if reason == "length" else text


def too_late(deadline_ms: int) -> Refusal:
    """Return why there is no change when the deadline has passed."""
    return Refusal(
        f"No answer came within {deadline_ms} ms: select less, serve a faster model or raise"
        " refactor.deadline_ms."
    )


class _Cut(str):
    """An answer that the limit ended."""

    __slots__ = ()


def _read(
    action: Action, selection: Selection, target: Target, question: Question, answer: str
) -> Outcome:
    """Make of an answer what the user gets, or say why it cannot be used."""
    if isinstance(answer, _Cut) and question.form != "prose":
        return Refusal("The answer did not come to an end: select less.")
    text = read_answer(answer, selection, target, question)
    if isinstance(text, Refusal):
        return text
    if question.form == "prose":
        return Explanation(text)
    if question.proposes:
        return proposed_name(selection, text)
    change = action.read(selection, target, text)
    if isinstance(change, Refusal):
        return change
    # Of a name no more is asked than that it is one: what is made of it is proved.
    return checked(action, replace(change, written=question.form != "name"))


def _verified(change: Change, verdict: Verdict) -> Change | Refusal:
    if (wrong := verdict.refutation) is not None:
        return Refusal(f"It is wrong ({wrong.rung}): {wrong.says}.", check=wrong.rung)
    return replace(change, verdict=verdict)
