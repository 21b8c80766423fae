"""One generation: the text that a prompt becomes, and how it comes to continue what is typed."""

from __future__ import annotations

import re
import uuid
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from fimls.backend.base import Backend, ModelInfo
from fimls.backend.capabilities import Capabilities
from fimls.completion.generated_text import GeneratedText, generated_text
from fimls.completion.missing_probabilities import say_what_has_no_effect
from fimls.completion.prompt_layout import PlannedPrompt
from fimls.completion.prompt_request import request_for
from fimls.completion.reranking import likelier
from fimls.context.secrets import Masks
from fimls.prompt import Prompt
from fimls.settings import CompletionSettings

_MOST_DISAGREED = 64
"""Prompts for which it is remembered how a free answer began that was of no use."""


class Generator:
    """Asks one engine; remembers which prompts it answers otherwise than was typed."""

    def __init__(self, backend: Backend, settings: CompletionSettings) -> None:
        """Nothing is asked yet."""
        self._backend = backend
        self._settings = settings
        self._disagreed: OrderedDict[bytes, str] = OrderedDict()

    async def generate(
        self, asked: PlannedPrompt, *, priority: int | None = None, temperature: float | None = None
    ) -> AsyncGenerator[GeneratedText, None]:
        """Generate what continues a prompt; secrets that were masked in it are as they are."""
        masks = asked.masks
        steps = self._generate(asked, priority=priority, temperature=temperature)
        async with aclosing(steps):
            async for step in steps:
                yield _restored(step, masks) if masks else step

    async def _generate(
        self, asked: PlannedPrompt, *, priority: int | None = None, temperature: float | None = None
    ) -> AsyncGenerator[GeneratedText, None]:
        """Generate from the hold, and in another way if that does not begin with what is typed.

        Most answers begin with the typed fragment by themselves. Where one does not, the model
        expects something else there. Inside words of code, forcing it gives little
        (server/QUALITY.md): the plain prompt, at the cost of reading the suffix once more, gives
        more. Elsewhere, and where a model cannot continue inside a word, it is forced by a
        constraint; the prompt is in the cache by then.

        While somebody types a word that the model does not expect, each key makes the same prompt:
        it is asked once.

        Args:
            asked: what is asked.
            priority: the engine's priority for it, or None.
            temperature: instead of the one in the settings; what it samples is not remembered.
        """
        prompt, fragment = asked.prompt, asked.fragment
        known = self._disagreed.get(prompt.key)
        if known is None or _agree(known, fragment):
            text = ""
            free = self._stream(
                prompt, asked.model, begins=fragment, priority=priority, temperature=temperature
            )
            async with aclosing(free) as steps:
                async for step in steps:
                    text = step.text
                    inside = not text.startswith(fragment)
                    if not _agree(text, fragment) or (inside and step.finish_reason):
                        break
                    yield step
            if text.startswith(fragment):
                return
            if temperature is None:
                self._remember(prompt, text)
        plain = asked.plain() if asked.plain is not None else None
        if plain is not None:
            steps = self._stream(
                plain, asked.model, before=fragment, priority=priority, temperature=temperature
            )
        elif asked.model is not None and asked.model.can.constraint == "none":
            return  # asked once more it says the same: only what begins with it is of use
        else:
            regex = _literally(fragment) + r"[\s\S]*"
            steps = self._stream(
                prompt,
                asked.model,
                begins=fragment,
                regex=regex,
                priority=priority,
                temperature=temperature,
            )
        async with aclosing(steps):
            async for step in steps:
                yield step

    def _stream(
        self,
        prompt: Prompt,
        model: ModelInfo | None,
        *,
        before: str = "",
        begins: str = "",
        regex: str | None = None,
        priority: int | None = None,
        temperature: float | None = None,
    ) -> AsyncGenerator[GeneratedText, None]:
        request = request_for(
            prompt,
            rid=uuid.uuid4().hex,
            max_new_tokens=self._settings.max_new_tokens,
            temperature=self._settings.temperature if temperature is None else temperature,
            regex=regex,
            model=model,
            priority=priority,
            logprobs=_probable(self._settings),
        )
        if model is not None:
            say_what_has_no_effect(model, self._settings)
        start = GeneratedText(text=before)
        # The other line runs beside the first: an engine that shares nothing would read all again.
        can = Capabilities() if model is None else model.can
        forks = can.alternatives and can.shares_running
        if self._settings.reranking and forks and not request.temperature:
            return likelier(self._backend, request, start, begins=begins)
        return generated_text(self._backend, request, start)

    def _remember(self, prompt: Prompt, text: str) -> None:
        key = prompt.key
        self._disagreed[key] = text
        self._disagreed.move_to_end(key)
        if len(self._disagreed) > _MOST_DISAGREED:
            self._disagreed.popitem(last=False)


def _restored(step: GeneratedText, masks: Masks) -> GeneratedText:
    text = masks.restore(step.text, ended=step.finish_reason is not None)
    # Its tokens would be those of another text.
    return step if text == step.text else replace(step, text=text, logprobs=(), tokens=())


def _probable(limits: CompletionSettings) -> bool:
    """Whether a rule looks at the probabilities of what is generated."""
    several = limits.lines != "single" and limits.line_probability > 0
    return several or limits.min_probability > 0


def _agree(text: str, fragment: str) -> bool:
    """Whether one of the two begins with the other."""
    return text.startswith(fragment) or fragment.startswith(text)


def _literally(text: str) -> str:
    """Return the pattern of exactly this text; only what means something in one is escaped."""
    return re.sub(r"[\\^$.|?*+()\[\]{}]", r"\\\g<0>", text)
