"""The life of one completion: window, prompt, stream, shaped text."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from contextlib import aclosing
from functools import lru_cache

from fimls.backend.base import Backend, GenerateRequest, Usage
from fimls.completion.query import Completion, Query, Timing
from fimls.completion.served import LoadTokenizer, ServedModel, load_served_model
from fimls.completion.shape import enough, shape
from fimls.context import Budget, take_window
from fimls.errors import BackendBusy, BackendError
from fimls.prompt import Prompt, PromptTokenizer
from fimls.settings import Settings

logger = logging.getLogger(__name__)


class CompletionService:
    """Answers queries with what one engine generates.

    It holds no document: every query carries its own snapshot. Cancelling `complete` frees the
    request's place in the engine.
    """

    def __init__(
        self,
        *,
        backend: Backend,
        settings: Settings,
        load_tokenizer: LoadTokenizer = PromptTokenizer.load,
    ) -> None:
        """Nothing is asked of the engine before the first `prepare` or `complete`."""
        self._backend = backend
        self._settings = settings
        self._load_tokenizer = load_tokenizer
        self._served: ServedModel | None = None
        self._loading = asyncio.Lock()

    async def prepare(self) -> ServedModel:
        """Learn what the engine serves, once; raises a FimlsError that says what is wrong."""
        async with self._loading:
            if self._served is None:
                self._served = await load_served_model(
                    self._backend, self._settings.model, self._load_tokenizer
                )
            return self._served

    async def complete(self, query: Query) -> list[Completion]:
        """Return what could be inserted at the cursor: one completion, or none.

        Raises:
            FimlsError: the engine or its tokenizer cannot be used now; the sentence says why.
        """
        if query.automatic and not self._settings.completion.automatic:
            return []
        try:
            prompt = _prompt(await self.prepare(), query, self._settings)
            generated, usage, timing = await self._generate(prompt)
        except BackendBusy:
            raise
        except BackendError:
            self._served = None  # the engine may come back with another model
            raise
        text = shape(generated, query, max_lines=self._settings.completion.max_lines)
        if not text:
            return []
        return [
            Completion(text=text, start=query.cursor, end=query.cursor, usage=usage, timing=timing)
        ]

    async def aclose(self) -> None:
        """Close the connections to the engine."""
        await self._backend.aclose()

    async def _generate(self, prompt: Prompt) -> tuple[str, Usage, Timing]:
        settings = self._settings
        request = GenerateRequest(
            rid=uuid.uuid4().hex,
            input_ids=prompt.input_ids,
            max_new_tokens=settings.completion.max_new_tokens,
            temperature=settings.completion.temperature,
            stop_token_ids=prompt.stop_token_ids,
            extra_key=settings.engine.extra_key or None,
        )
        text, usage = "", Usage()
        started = time.perf_counter()
        first = 0.0
        # aclosing: leaving early must end the generation now, not when the garbage is collected.
        async with aclosing(self._backend.stream(request)) as chunks:
            async for chunk in chunks:
                first = first or time.perf_counter()
                text += chunk.text
                usage = chunk.usage
                if enough(text, settings.completion.max_lines):
                    break
        ended = time.perf_counter()
        timing = Timing(
            first_token_ms=(first - started) * 1e3 if first else None,
            total_ms=(ended - started) * 1e3,
        )
        return text, usage, timing


def _prompt(served: ServedModel, query: Query, settings: Settings) -> Prompt:
    budget = Budget(
        prefix_tokens=settings.prompt.prefix_tokens, suffix_tokens=settings.prompt.suffix_tokens
    )
    builder = served.builder
    if (context := served.info.context_length) is not None:
        # The answer needs room too, but never so much that nothing is left to read.
        answer = min(settings.completion.max_new_tokens, context // 2)
        budget = budget.within(context - answer - builder.overhead)
    count = lru_cache(maxsize=None)(builder.tokenizer.count)
    window = take_window(query.document.text, query.cursor, budget, count)
    return builder.build(window.prefix, window.suffix)
