"""Conversations for engines that lay them out themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from fimls.prompt.chat_template import Message
from fimls.prompt.prompt_builder import Splitting


class Conversing(Protocol):
    """How a conversation is put to an engine; `fimls.prompt.ChatTemplate` does it with ids."""

    stop: tuple[str, ...]
    end_ids: tuple[int, ...]

    def count(self, text: str) -> int:
        """Return the number of tokens of a text."""
        ...

    def asked(self, messages: Sequence[Message]) -> dict[str, Any]:
        """Return the fields of a request that hold the conversation."""
        ...


class ChatMessages:
    """Hands the messages over; special tokens in them are the engine's to keep apart."""

    stop: tuple[str, ...] = ()
    end_ids: tuple[int, ...] = ()

    def __init__(self, tokenizer: Splitting) -> None:
        """`tokenizer` counts."""
        self._tokenizer = tokenizer

    def count(self, text: str) -> int:
        """Return about how many tokens a text has."""
        return self._tokenizer.count(text)

    def asked(self, messages: Sequence[Message]) -> dict[str, Any]:
        """Return the fields of a request that hold the conversation."""
        return {"messages": tuple((each.role, each.text) for each in messages)}
