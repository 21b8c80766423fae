"""The life of one completion: prompt, generation, shaped text."""

from __future__ import annotations

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor

from fimls.backend.base import Backend, GenerateRequest, Usage
from fimls.completion.generation import generate
from fimls.completion.layout import Asked, Layout
from fimls.completion.query import Completion, Query
from fimls.completion.served import LoadTokenizer, ServedModel, load_served_model
from fimls.completion.shape import shape
from fimls.errors import BackendBusy, BackendError
from fimls.prompt import PromptTokenizer
from fimls.settings import Settings
from fimls.text import Document, Point

WARM_UP_PRIORITY = -1
"""Below completions, which have the engine's default, 0; it matters where presets say so."""


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
        self._ready: tuple[ServedModel, Layout] | None = None
        self._loading = asyncio.Lock()
        self._last_read: tuple[int, ...] = ()
        self._thread = ThreadPoolExecutor(1, "fimls-layout")  # it starts when it is first needed

    async def prepare(self) -> ServedModel:
        """Learn what the engine serves, once; raises a FimlsError that says what is wrong."""
        served, _ = await self._get_ready()
        return served

    async def complete(self, query: Query) -> list[Completion]:
        """Return what could be inserted at the cursor: one completion, or none.

        Raises:
            FimlsError: the engine or its tokenizer cannot be used now; the sentence says why.
        """
        if query.automatic and not self._settings.completion.automatic:
            return []
        try:
            _, layout = await self._get_ready()
            asked = await self._lay_out(layout, query)
            self._last_read = asked.prompt.input_ids
            made = await generate(self._backend, asked, self._settings)
        except BackendBusy:
            raise
        except BackendError:
            self._ready = None  # the engine may come back with another model
            raise
        text = shape(made.text, query, max_lines=self._settings.completion.max_lines)
        if not text:
            return []
        return [
            Completion(
                text=text,
                start=query.cursor,
                end=query.cursor,
                usage=made.usage,
                timing=made.timing,
            )
        ]

    async def warm(self, document: Document, cursor: Point | None) -> Usage | None:
        """Have the engine read what a completion here would ask, and generate nothing.

        Without a cursor it reads the document's beginning. Returns what it counted, or None where
        there is nothing to read that it was not asked just before.

        Raises:
            FimlsError: the engine or its tokenizer cannot be used now.
        """
        _, layout = await self._get_ready()
        if cursor is None:
            prompt = layout.beginning(document)
        else:
            prompt = (await self._lay_out(layout, Query(document=document, cursor=cursor))).prompt
        if prompt is None or prompt.input_ids == self._last_read:
            return None
        request = GenerateRequest(
            rid=uuid.uuid4().hex,
            input_ids=prompt.input_ids,
            max_new_tokens=0,
            priority=WARM_UP_PRIORITY,
        )
        try:
            usage = await self._backend.warm(request)
        except BackendBusy:
            raise
        except BackendError:
            self._ready = None  # the engine may come back with another model
            raise
        self._last_read = prompt.input_ids
        return usage

    async def aclose(self) -> None:
        """Close the connections to the engine."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        await self._backend.aclose()

    async def _lay_out(self, layout: Layout, query: Query) -> Asked:
        """Return the layout's prompt, off the event loop where that may take long.

        There is one thread, so that a layout is never asked twice at a time.
        """
        if not layout.reads_long:
            return layout.ask(query)
        return await asyncio.get_running_loop().run_in_executor(self._thread, layout.ask, query)

    async def _get_ready(self) -> tuple[ServedModel, Layout]:
        async with self._loading:
            if self._ready is None:
                served = await load_served_model(
                    self._backend, self._settings.model, self._load_tokenizer
                )
                self._ready = served, Layout(served, self._settings)
            return self._ready
