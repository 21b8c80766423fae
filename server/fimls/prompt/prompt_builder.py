"""One prompt: a window of text laid out by a template, as token ids of the served model."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass, replace
from typing import Protocol

from fimls.prompt.fim_template import FimTemplate, Slot
from fimls.prompt.tokenizer import PromptTokenizer


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What the engine is asked to continue: token ids, or for engines that take none a text.

    Attributes:
        input_ids: token ids, BOS included where the template has one.
        stop_token_ids: ids that end the answer.
        text: the prompt as text, where it is not ids.
        suffix: what follows the cursor, where the engine lays out both itself.
        stop: texts that end the answer.
    """

    input_ids: tuple[int, ...] = ()
    stop_token_ids: tuple[int, ...] = ()
    text: str | None = None
    suffix: str | None = None
    stop: tuple[str, ...] = ()

    @property
    def key(self) -> bytes:
        """What stands for the prompt where many are remembered: its ids take much room."""
        said = array("I", self.input_ids).tobytes()
        if self.text is not None:
            said = f"{len(self.text)} {self.text}{self.suffix}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(said, digest_size=16).digest()


class Builder(Protocol):
    """Lays text out for one model, in the form of prompts that its engine takes."""

    @property
    def template(self) -> FimTemplate:
        """How the model was trained."""
        ...

    @property
    def tokenizer(self) -> Splitting:
        """What counts and splits."""
        ...

    @property
    def overhead(self) -> int:
        """Tokens of a prompt that are not document text."""
        ...

    @property
    def holdable(self) -> bool:
        """Whether a prompt can be frozen, and what is typed since be put at its end."""
        ...

    def beginning(self, prefix: str) -> Prompt | None:
        """Return what every prompt begins with whose prefix begins like this, or None."""
        ...

    def build(self, prefix: str, suffix: str) -> Prompt:
        """Return the prompt for text before and after the cursor."""
        ...

    def extended(self, held: Prompt, typed: str) -> Prompt:
        """Return a prompt of `build` with what was typed since put at its end."""
        ...

    def behind_suffix(self, prompt: Prompt, block: str) -> Prompt:
        """Return a prompt of `build` with a block of text put behind the suffix."""
        ...

    def shown(self, prompt: Prompt) -> str:
        """Return a prompt for people to read."""
        ...


class Splitting(Protocol):
    """What is needed of a tokenizer, exact or estimated, whatever the form of prompts."""

    def count(self, text: str) -> int:
        """Return the number of tokens of text."""
        ...

    def last_piece(self, line: str) -> int:
        """Return where the last piece of a line begins."""
        ...


class PromptBuilder:
    """Lays text out by one template with one tokenizer; a template that does not fit is refused.

    Invariant: text becomes ordinary tokens only; every special token of a prompt, the single BOS
    among them, comes from the template.
    """

    def __init__(self, template: FimTemplate, tokenizer: PromptTokenizer) -> None:
        """Resolve the template's tokens; the template was chosen for this tokenizer."""
        self.template = template
        self.tokenizer = tokenizer
        stops = [t for t in (*template.stop, tokenizer.eos) if t and tokenizer.has_token(t)]
        self.stop_token_ids = tuple(dict.fromkeys(tokenizer.token_id(t) for t in stops))

    @property
    def holdable(self) -> bool:
        """See `FimTemplate.holdable`."""
        return self.template.holdable

    @property
    def overhead(self) -> int:
        """Tokens of a prompt that are not document text."""
        return len(self.build("", "").input_ids)

    def beginning(self, prefix: str) -> Prompt | None:
        """Return what every prompt begins with whose prefix begins like this.

        None where the template puts the suffix first: then there is nothing to know in advance.
        """
        if Slot.SUFFIX in self.template.layout[: self.template.layout.index(Slot.PREFIX)]:
            return None
        ids: list[int] = []
        for part in self.template.layout:
            if part is Slot.PREFIX:
                ids += self.tokenizer.encode(self.template.prefix_lead + prefix)
                break
            ids += (
                self.tokenizer.bos_ids if part is Slot.BOS else [self.tokenizer.token_id(str(part))]
            )
        return Prompt(input_ids=tuple(ids), stop_token_ids=self.stop_token_ids)

    def build(self, prefix: str, suffix: str) -> Prompt:
        """Return the prompt for text before and after the cursor."""
        ids: list[int] = []
        for part in self.template.layout:
            match part:
                case Slot.BOS:
                    ids += self.tokenizer.bos_ids
                case Slot.PREFIX:
                    ids += self.tokenizer.encode(self.template.prefix_lead + prefix)
                case Slot.SUFFIX:
                    ids += self.tokenizer.encode(suffix)
                case str():
                    ids.append(self.tokenizer.token_id(part))
        return Prompt(input_ids=tuple(ids), stop_token_ids=self.stop_token_ids)

    def extended(self, held: Prompt, typed: str) -> Prompt:
        """Return a prompt of `build` with what was typed since as the beginning of the middle."""
        return replace(held, input_ids=(*held.input_ids, *self.tokenizer.encode(typed)))

    def behind_suffix(self, prompt: Prompt, block: str) -> Prompt:
        """Return a prompt with a block between its suffix and its last token.

        What changes with the cursor stands there: prefix and suffix before it stay in the cache.
        """
        if not block:
            return prompt
        ids = prompt.input_ids
        return replace(prompt, input_ids=(*ids[:-1], *self.tokenizer.encode(block), ids[-1]))

    def shown(self, prompt: Prompt) -> str:
        """Return a prompt with its special tokens written out."""
        return self.tokenizer.decode(prompt.input_ids)
