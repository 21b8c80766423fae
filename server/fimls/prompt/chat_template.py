"""Conversations as token ids, in the shape that the served model was trained on."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from fimls.prompt.chat_rendering import RenderError, render

if TYPE_CHECKING:
    from fimls.prompt.tokenizer import PromptTokenizer

logger = logging.getLogger(__name__)

Role: TypeAlias = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """What one side says; a conversation may begin with one message of the system."""

    role: Role
    text: str


_FALLBACK_STOP = "\n### Instruction:"

# No message contains this, and what templates do to texts (strip, split at a mark) leaves it alone.
_MARK = f"\ue000{secrets.token_hex(8)}"

_QUESTION: tuple[Role, ...] = ("system", "user")
_REPAIR: tuple[Role, ...] = (*_QUESTION, "assistant", "user")
_ANSWERED: tuple[Role, ...] = ("user", "assistant")

_Parts: TypeAlias = list[str | int]
"""A conversation: the template's own text, and the numbers of messages where they stand."""


class ChatTemplate:
    """The served model's chat template; gives prompts that the model answers.

    Templates are programs in Jinja, and come with the model: `fimls.prompt.chat_rendering` runs
    them, with placeholders for what is said. Markup is made of the template's own text only, so a
    message that contains ``<｜Assistant｜>`` has these characters as ordinary text.

    Models that come without a template get the layout of instruction data sets::

        BOS system

        ### Instruction:
        user

        ### Response:

    Attributes:
        stop: texts that end an answer, beside the tokens `end_ids`.
        end_ids: tokens that end an answer.
        own: whether the model has a template.
    """

    def __init__(self, tokenizer: PromptTokenizer, shapes: _Shapes | None = None) -> None:
        """Use `ChatTemplate.of`, unless the plain layout is wanted."""
        self._tokenizer = tokenizer
        self._shapes = shapes
        self.own = shapes is not None
        self.stop: tuple[str, ...] = () if self.own else (_FALLBACK_STOP,)
        self.end_ids = self._end_ids()

    @classmethod
    async def of(cls, tokenizer: PromptTokenizer) -> ChatTemplate:
        """Return the template that came with a tokenizer, or the plain layout if it is no use."""
        if not tokenizer.chat_template:
            return cls(tokenizer)
        try:
            return cls(tokenizer, await _shapes(tokenizer))
        except RenderError as error:
            logger.warning(
                "The served model's chat template cannot be used (%s); a plain layout is used.",
                error,
            )
            return cls(tokenizer)

    def count(self, text: str) -> int:
        """Return the number of tokens of a text."""
        return self._tokenizer.count(text)

    def asked(self, messages: Sequence[Message]) -> dict[str, Any]:
        """Return the fields of a request that hold the conversation."""
        return {"input_ids": self.ids(messages)}

    def ids(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """Return the prompt for the next answer; it begins with exactly one BOS if there is one.

        A conversation that goes on with the answer and another message keeps the ids it had up to
        the answer's end, where the tokenizer's pieces end there too.

        Args:
            messages: of the system and the user, and maybe an answer and one of the user's more.
        """
        bos = self._tokenizer.bos_ids
        if self._shapes is None:
            ids = self._ids(_plain(messages), messages)
        else:
            if self._shapes.folds_system:
                messages = _folded(messages)
            roles: tuple[Role, ...] = tuple(each.role for each in messages)
            ids = self._ids(self._shapes.parts[roles], messages)
        while bos and ids[: len(bos)] == bos:
            ids = ids[len(bos) :]
        return bos + ids

    def _ids(self, parts: _Parts, messages: Sequence[Message]) -> tuple[int, ...]:
        ids: list[int] = []
        text = ""  # between two special tokens: the template's and the messages', as one text
        for part in parts:
            if isinstance(part, int):
                text += messages[part].text
                continue
            for piece in self._tokenizer.split_markup(part):
                if isinstance(piece, str):
                    text += piece
                else:
                    ids += [*self._tokenizer.encode(text), piece]
                    text = ""
        return (*ids, *self._tokenizer.encode(text))

    def _end_ids(self) -> tuple[int, ...]:
        """Return the EOS, and the special token that the template puts behind an answer."""
        eos = self._tokenizer.eos
        ends = [self._tokenizer.token_id(eos)] if eos and self._tokenizer.has_token(eos) else []
        if self._shapes is not None:
            pieces = self._tokenizer.split_markup(self._shapes.behind_answer)
            ends += [piece for piece in pieces if isinstance(piece, int)][:1]
        return tuple(dict.fromkeys(ends))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shapes:
    """What a template makes of the conversations that there are, by who speaks in turn."""

    parts: dict[tuple[Role, ...], _Parts]
    behind_answer: str
    folds_system: bool


async def _shapes(tokenizer: PromptTokenizer) -> _Shapes:
    """Return what the tokenizer's template makes of conversations.

    Raises:
        RenderError: it cannot hold one of ours.
    """
    unfolded, folded = (_QUESTION, _REPAIR), (_QUESTION[1:], _REPAIR[1:])
    asked = (*unfolded, *folded)
    contexts = [_context(tokenizer, roles, answering=True) for roles in asked]
    contexts.append(_context(tokenizer, _ANSWERED, answering=False))
    *texts, answered = await render(tokenizer.chat_template, contexts)
    parts = {roles: _split(text, roles) for roles, text in zip(asked, texts, strict=True)}
    behind = _split(answered, _ANSWERED)
    for kept in (unfolded, folded):
        found = {roles: part for roles in kept if (part := parts[roles]) is not None}
        if len(found) == len(kept) and behind is not None:
            return _Shapes(parts=found, behind_answer=str(behind[-1]), folds_system=kept is folded)
    raise RenderError("it does not say all messages once, in their order")


def _context(
    tokenizer: PromptTokenizer, roles: Sequence[Role], *, answering: bool
) -> dict[str, Any]:
    return {
        **tokenizer.named_tokens,
        "messages": [
            {"role": role, "content": f"{_MARK}:{number}\ue001"}
            for number, role in enumerate(roles)
        ],
        "add_generation_prompt": answering,
        # Models that can think aloud are not to: an answer is awaited while one looks at it.
        "enable_thinking": False,
        "thinking": False,
    }


def _split(text: str | None, roles: Sequence[Role]) -> _Parts | None:
    """Return a rendered conversation in parts, or None unless it has each message once."""
    if text is None:
        return None
    parts: _Parts = list(re.split(f"{_MARK}:(\\d+)\ue001", text))
    parts[1::2] = [int(number) for number in parts[1::2]]
    return parts if parts[1::2] == list(range(len(roles))) else None


def _plain(messages: Sequence[Message]) -> _Parts:
    parts: _Parts = []
    for number, message in enumerate(messages):
        if message.role == "user":
            parts += ["### Instruction:\n", number, "\n\n### Response:\n"]
        else:
            parts += [number, "\n\n"]
    return parts


def _folded(messages: Sequence[Message]) -> list[Message]:
    """Return a conversation whose first user says what the system should, where none may."""
    if len(messages) < 2 or messages[0].role != "system":
        return list(messages)
    text = "\n\n".join(filter(None, (messages[0].text, messages[1].text)))
    return [replace(messages[1], text=text), *messages[2:]]
