"""Conversations as token ids, in the shape that the served model was trained on."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

if TYPE_CHECKING:
    from jinja2 import Template

    from fimls.prompt.tokenizer import PromptTokenizer

logger = logging.getLogger(__name__)

Role: TypeAlias = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """What one side says; a conversation may begin with one message of the system."""

    role: Role
    text: str


FALLBACK = """\
{{ bos_token }}
{%- for message in messages %}
{%- if message.role == "user" %}### Instruction:
{{ message.content }}

### Response:
{% else %}{{ message.content }}

{% endif %}
{%- endfor %}"""
"""The layout for models that come without a chat template, as instruction data sets have it::

    BOS system

    ### Instruction:
    user

    ### Response:
"""

_FALLBACK_STOP = "\n### Instruction:"


class ChatTemplate:
    """The served model's chat template; gives prompts that the model answers.

    Templates are programs in Jinja, and come with the model: they run in Jinja's sandbox, with
    placeholders for what is said. Markup is made of the template's own text only, so a message
    that contains ``<｜Assistant｜>`` has these characters as ordinary text.

    Attributes:
        stop: texts that end an answer, beside the tokens `end_ids`.
        end_ids: tokens that end an answer.
        own: whether the model has a template, rather than the layout `FALLBACK`.
    """

    def __init__(self, tokenizer: PromptTokenizer) -> None:
        """Compile the template; one that cannot be used is replaced by the fallback."""
        self._tokenizer = tokenizer
        self._folds_system = False
        self.own = bool(tokenizer.chat_template) and self._adopt(tokenizer.chat_template)
        if not self.own:
            self._folds_system = False
            self._template = _compile(FALLBACK)
        self.stop = () if self.own else (_FALLBACK_STOP,)
        self.end_ids = self._end_ids()

    def count(self, text: str) -> int:
        """Return the number of tokens of a text."""
        return self._tokenizer.count(text)

    def ids(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """Return the prompt for the next answer; it begins with exactly one BOS if there is one.

        A conversation that goes on with the answer and another message keeps the ids it had up to
        the answer's end, where the tokenizer's pieces end there too.
        """
        bos = self._tokenizer.bos_ids
        ids = self._ids(self._render(messages, answering=True), messages)
        while bos and ids[: len(bos)] == bos:
            ids = ids[len(bos) :]
        return bos + ids

    def _adopt(self, source: str) -> bool:
        """Take a template if it can hold a conversation of ours."""
        talk = [Message("system", ""), Message("user", ""), Message("assistant", "")]
        try:
            self._template = _compile(source)
            for self._folds_system in (False, True):
                try:
                    self._render([*talk, Message("user", "")], answering=True)
                except Exception:
                    if self._folds_system:
                        raise
                else:
                    return True
        except Exception as error:  # whatever a program of somebody else's raises
            logger.warning(
                "The served model's chat template cannot be used (%s); a plain layout is used.",
                type(error).__name__,
            )
        return False

    def _render(self, messages: Sequence[Message], *, answering: bool) -> list[str | int]:
        """Return the template's own text, with the numbers of messages where they stand."""
        if self._folds_system:
            messages = _folded(messages)
        # No message contains this, and what templates do to texts (strip, split at a mark) leaves
        # it alone.
        mark = f"\ue000{secrets.token_hex(8)}"
        said = [
            {"role": each.role, "content": f"{mark}:{number}\ue001"}
            for number, each in enumerate(messages)
        ]
        text = self._template.render(
            messages=said,
            add_generation_prompt=answering,
            # Models that can think aloud are not to: an answer is awaited while one looks at it.
            enable_thinking=False,
            thinking=False,
            **self._tokenizer.named_tokens,
        )
        parts: list[str | int] = list(re.split(f"{mark}:(\\d+)\ue001", text))
        parts[1::2] = [int(number) for number in parts[1::2]]
        if parts[1::2] != list(range(len(messages))):
            raise ValueError("the template does not say all messages once, in their order")
        return parts

    def _ids(self, parts: Sequence[str | int], messages: Sequence[Message]) -> tuple[int, ...]:
        if self._folds_system:
            messages = _folded(messages)
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
        if self.own:
            talk = [Message("user", ""), Message("assistant", "")]
            behind = self._render(talk, answering=False)[-1]
            assert isinstance(behind, str)
            ends += [p for p in self._tokenizer.split_markup(behind) if isinstance(p, int)][:1]
        return tuple(dict.fromkeys(ends))


def _folded(messages: Sequence[Message]) -> list[Message]:
    """Return a conversation whose first user says what the system should, where none may."""
    if len(messages) < 2 or messages[0].role != "system":
        return list(messages)
    text = "\n\n".join(filter(None, (messages[0].text, messages[1].text)))
    return [replace(messages[1], text=text), *messages[2:]]


def _compile(source: str) -> Template:
    """Compile a template in the environment that chat templates are written for."""
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    names: dict[str, Any] = {"raise_exception": _raise, "strftime_now": _now}
    environment.globals.update(names)
    return environment.from_string(source)


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _now(form: str) -> str:
    return datetime.now().strftime(form)


def _raise(message: str) -> NoReturn:
    raise ValueError(message)
