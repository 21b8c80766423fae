"""One prompt: a window of text laid out by a template, as token ids of the served model."""

from __future__ import annotations

from dataclasses import dataclass

from fimls.prompt.template import FimTemplate, Slot
from fimls.prompt.tokenizer import PromptTokenizer


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What the engine is asked to continue.

    Attributes:
        input_ids: token ids, BOS included where the template has one.
        stop_token_ids: ids that end the answer.
    """

    input_ids: tuple[int, ...]
    stop_token_ids: tuple[int, ...]


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
