"""Prompts as text, for engines that take no token ids."""

from __future__ import annotations

from dataclasses import replace

from fimls.prompt.defusing import defused
from fimls.prompt.fim_template import FimTemplate, Slot
from fimls.prompt.prompt_builder import Prompt, Splitting

_BOS = ("<｜begin▁of▁sentence｜>", "<s>", "<|begin_of_text|>")
"""What engines put before a text themselves: named once more, it would stand there twice."""

SUFFIX = FimTemplate(
    name="suffix",
    models="what the engine lays out itself",
    layout=(Slot.PREFIX, Slot.SUFFIX),
    stop=(),
)


class TextBuilder:
    """Writes the FIM template out as text; the engine makes tokens of it.

    Invariant: the user's text becomes no special token, whatever it says (`defused`).
    """

    def __init__(
        self, template: FimTemplate, tokenizer: Splitting, special: tuple[str, ...] = ()
    ) -> None:
        """Take what fits the served model.

        Args:
            template: its FIM template.
            tokenizer: counts and splits.
            special: the names of the model's special tokens, as far as they are known.
        """
        self.template = template
        self.tokenizer = tokenizer
        self._special = special

    @property
    def holdable(self) -> bool:
        """See `FimTemplate.holdable`."""
        return self.template.holdable

    @property
    def overhead(self) -> int:
        """Tokens of a prompt that are not document text."""
        return len(self.template.layout)

    def beginning(self, prefix: str) -> Prompt | None:
        """Return what every prompt begins with whose prefix begins like this, or None."""
        layout = self.template.layout
        if Slot.SUFFIX in layout[: layout.index(Slot.PREFIX)]:
            return None
        return self._prompt(self._written(layout[: layout.index(Slot.PREFIX) + 1], prefix, ""))

    def build(self, prefix: str, suffix: str) -> Prompt:
        """Return the prompt for text before and after the cursor."""
        return self._prompt(self._written(self.template.layout, prefix, suffix))

    def extended(self, held: Prompt, typed: str) -> Prompt:
        """Return a prompt of `build` with what was typed since as the beginning of the middle."""
        return replace(held, text=f"{held.text}{defused(typed, self._special)}")

    def behind_suffix(self, prompt: Prompt, block: str) -> Prompt:
        """Return a prompt of `build` with a block between its suffix and its last token."""
        last = self.template.layout[-1]
        if not block or not isinstance(last, str):
            return prompt
        text = (prompt.text or "").removesuffix(last)
        return replace(prompt, text=f"{text}{defused(block, self._special)}{last}")

    def shown(self, prompt: Prompt) -> str:
        """Return a prompt for people to read."""
        return prompt.text or ""

    def _prompt(self, text: str) -> Prompt:
        return Prompt(text=text, stop=self.template.stop)

    def _written(self, layout: tuple[str | Slot, ...], prefix: str, suffix: str) -> str:
        parts: list[str] = []
        for part in layout:
            match part:
                case Slot.BOS:
                    pass
                case Slot.PREFIX:
                    lead = self.template.prefix_lead
                    parts.append(lead + defused(prefix, self._special))
                case Slot.SUFFIX:
                    parts.append(defused(suffix, self._special))
                case str():
                    parts += [] if part in _BOS else [part]
        return "".join(parts)


class SuffixBuilder:
    """Gives what precedes and what follows the cursor to an engine that lays them out itself.

    A prompt is frozen where the edit began and grows at its end, as everywhere; what follows stays
    as it was then.
    """

    holdable = True
    overhead = 16
    """Tokens that engines add, with room to spare."""

    def __init__(self, tokenizer: Splitting) -> None:
        """`tokenizer` counts and splits."""
        self.template = SUFFIX
        self.tokenizer = tokenizer

    def beginning(self, prefix: str) -> Prompt | None:
        """There is nothing to read ahead: nobody knows where the engine puts what."""
        return None

    def build(self, prefix: str, suffix: str) -> Prompt:
        """Return the prompt for text before and after the cursor."""
        return Prompt(text=defused(prefix), suffix=defused(suffix))

    def extended(self, held: Prompt, typed: str) -> Prompt:
        """Return a prompt of `build` with what was typed since at its end."""
        return replace(held, text=f"{held.text}{defused(typed)}")

    def behind_suffix(self, prompt: Prompt, block: str) -> Prompt:
        """Return a prompt of `build` with a block at the end of what follows the cursor."""
        return replace(prompt, suffix=f"{prompt.suffix}{defused(block)}") if block else prompt

    def shown(self, prompt: Prompt) -> str:
        """Return a prompt for people to read; a line marks the cursor."""
        return f"{prompt.text}\n--- cursor ---\n{prompt.suffix}"
