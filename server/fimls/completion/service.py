"""The life of one completion: from memory or the engine, read as far as it is shown."""

from __future__ import annotations

import asyncio
import uuid
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial

from fimls.backend.base import Backend, Priority, Usage
from fimls.completion.alternatives import candidates
from fimls.completion.debounce import Debounce
from fimls.completion.early_answer import EarlyAnswerReader
from fimls.completion.eligibility import wanted
from fimls.completion.exclusions import excluded
from fimls.completion.generation_attempts import Generator
from fimls.completion.generation_cache import GenerationCache, RememberedGeneration
from fimls.completion.post_processing import post_process
from fimls.completion.prompt_layout import PlannedPrompt, PromptLayout
from fimls.completion.prompt_request import request_for
from fimls.completion.query import Completion, Query, ShownPrompt, Source
from fimls.completion.running_generation import GRACE_S, RunningGeneration
from fimls.completion.selected_item import extending, with_selected
from fimls.completion.served_model import LoadTokenizer, ServedModel
from fimls.completion.served_model_cache import ServedModelCache
from fimls.completion.speculation import Speculation
from fimls.completion.surroundings import Surroundings
from fimls.completion.type_through import TypeThrough
from fimls.context import Snippet
from fimls.errors import BackendReplaced
from fimls.metrics import Meter
from fimls.prompt import Prompt, PromptTokenizer
from fimls.settings import MOST_ENGINES, Settings
from fimls.text import Document, Point


class CompletionService:
    """Answers queries with what one engine generates, or has generated.

    It keeps no document of its own: every query carries its snapshot, and what is remembered is
    compared with that. Cancelling `complete` frees the request's place in the engine, unless the
    next query reads on where it was.
    """

    def __init__(
        self,
        *,
        backend: Backend,
        actions: Backend | None = None,
        settings: Settings,
        load_tokenizer: LoadTokenizer = PromptTokenizer.load,
        meter: Meter | None = None,
        thread: Executor | None = None,
    ) -> None:
        """Nothing is asked of the engine before the first `prepare` or `complete`.

        Args:
            backend: the engine; it is closed with the service.
            actions: another one for code actions, or None; it is closed with the service too.
            settings: of all that is asked.
            load_tokenizer: reads the served model's tokenizer.
            meter: is told what happens.
            thread: where long texts are read, one at a time; by default one of its own.
        """
        self._backend = backend
        self._settings = settings
        self._meter = meter or Meter()
        self._known = ServedModelCache(backend, settings, load_tokenizer)
        self._actions = actions or backend
        self._known_actions = (
            self._known if actions is None else ServedModelCache(actions, settings, load_tokenizer)
        )
        self._last_read: Prompt | None = None
        # It starts when it is first needed.
        self._own_thread = ThreadPoolExecutor(1, "fimls-layout") if thread is None else None
        self._thread = thread or self._own_thread
        self._generator = Generator(backend, settings.completion)
        self._memory = GenerationCache()
        self._reader = EarlyAnswerReader(settings.completion)
        self._pace = Debounce(settings.completion.debounce_ms / 1e3)
        self._through = TypeThrough()
        self._ahead = Speculation(self._memory, partial(self._start, priority=Priority.SPECULATION))

    async def prepare(self) -> ServedModel:
        """Learn what the engine serves, once; raises a FimlsError that says what is wrong."""
        served, _ = await self._known.get()
        return served

    async def acting(self) -> tuple[Backend, ServedModel]:
        """Return the engine for code actions and what it serves; raises as `prepare` does."""
        served, _ = await self._known_actions.get()
        return self._actions, served

    @property
    def ready(self) -> bool:
        """Whether it knows what the engine serves."""
        return self._known.ready

    @property
    def engine(self) -> str:
        """Which of several engines answers, by its name."""
        return self._known.engine

    @property
    def waits_for(self) -> str:
        """What it has to get before it knows what is served, or empty."""
        return self._known.waits_for

    @property
    def backend(self) -> Backend:
        """The engine, for what else is asked of it."""
        return self._backend

    def forget(self, uri: str) -> None:
        """Remember nothing of a document that the editor closed."""
        self._ahead.stop(uri)
        self._through.forget(uri)
        self._memory.forget(uri)
        if self._known.layout is not None:
            self._known.layout.forget(uri)

    async def complete(self, query: Query) -> list[Completion]:
        """Return what could be inserted at the cursor: none, one, or to choose from when asked.

        Raises:
            FimlsError: the engine or its tokenizer cannot be used now; the sentence says why.
        """
        limits = self._settings.completion
        if not wanted(query, limits):
            return []
        if query.selected is not None:
            inner = with_selected(query)
            made = await self.complete(inner) if inner else []
            return [extending(each, query) for each in made]
        if limits.reuse and (rest := self._through.rest(query)) is not None:
            return [rest]
        around, cursor = Surroundings.of(query), query.cursor
        for _ in range(MOST_ENGINES):  # each may be the one that fails
            try:
                made, generated, source = await self._generated(query, around)
                break
            except BackendReplaced:  # the prompt was for the model before
                continue
        else:
            made, generated, source = await self._generated(query, around)
        texts = [generated]
        if not query.automatic and limits.candidates > 1:
            asked = await self._lay_out((await self._known.get())[1], query)
            texts += await candidates(self._generator, asked, around, limits)
        filtered = [post_process(each, around) for each in texts]
        for each in filtered:
            if each.changed_by:
                self._meter.filtered(each.changed_by, away=not each.suggestion.text)
        shaped = {each.suggestion: each.changed_by for each in filtered}
        completions = [
            Completion(
                text=suggestion.text,
                start=cursor,
                end=Point(cursor.line, cursor.column + suggestion.replaces),
                usage=made.running.usage,
                timing=made.running.timing,
                source=source,
                changed_by=changed_by,
            )
            for suggestion, changed_by in shaped.items()
            if suggestion.text
        ]
        if completions:
            made.running.used()
        if completions and limits.reuse and query.automatic:
            if made.running.ended:
                self._through.keep(query, completions[0])
            if limits.speculation:
                self._ahead.look(query, completions[0])
        return completions

    async def warm(
        self, document: Document, cursor: Point | None, snippets: tuple[Snippet, ...] = ()
    ) -> Usage | None:
        """Have the engine read what a completion here would ask, and generate nothing.

        Without a cursor it reads the document's beginning. With `snippets` it reads what a prompt
        that has them adds to the one before. Returns what it counted, or None where
        there is nothing to read that it was not asked just before.

        Raises:
            FimlsError: the engine or its tokenizer cannot be used now.
        """
        if excluded(document, self._settings.completion):
            return None
        _, layout = await self._known.get()
        if cursor is None:
            prompt = layout.beginning(document)
        else:
            query = Query(document=document, cursor=cursor, snippets=snippets)
            prompt = (await self._lay_out(layout, query)).prompt
        if prompt is None or prompt == self._last_read:
            return None
        request = request_for(
            prompt,
            rid=uuid.uuid4().hex,
            max_new_tokens=0,
            model=layout.model,
            priority=Priority.WARM_UP,
        )
        usage = await self._backend.warm(request)
        self._last_read = prompt
        return usage

    async def prompt(self, query: Query) -> ShownPrompt | None:
        """Return what the engine would be asked here, or None where nothing is sent.

        Raises:
            FimlsError: the engine or its tokenizer cannot be used now.
        """
        if excluded(query.document, self._settings.completion):
            return None
        served, layout = await self._known.get()
        asked = await self._lay_out(layout, query)
        text, ids = served.builder.shown(asked.prompt), asked.prompt.input_ids
        return ShownPrompt(
            text=text,
            tokens=len(ids) or served.builder.tokenizer.count(text),
            fragment=asked.fragment,
            model=served.info.model_path,
            snippets=tuple(layout.shown(query)),
        )

    async def aclose(self) -> None:
        """Stop what runs and close the connections to the engine."""
        await self._ahead.aclose()
        await self._reader.aclose()
        await self._memory.aclose()
        await self._known.aclose()
        if self._known_actions is not self._known:
            await self._known_actions.aclose()
            await self._actions.aclose()
        if self._own_thread is not None:
            self._own_thread.shutdown(wait=False, cancel_futures=True)
        await self._backend.aclose()

    async def _generated(
        self, query: Query, around: Surroundings
    ) -> tuple[RememberedGeneration, str, Source]:
        """Return a generation that continues the query's text, and what it says there."""
        reuse = self._settings.completion.reuse
        while reuse and (found := self._memory.find(query)) is not None:
            made, typed = found
            source: Source = "memory" if made.running.ended else "running"
            text = await self._reader.read(made, typed, around)
            if text is not None:
                return made, text, source
            made.running.give_up()  # it went another way than the user
        self._ahead.stop(query.document.uri)
        made, typed = await self._start(query)
        return made, await self._reader.read(made, typed, around) or "", "engine"

    async def _start(
        self, query: Query, priority: int | None = None
    ) -> tuple[RememberedGeneration, str]:
        """Ask the engine; returns the generation and what it must begin with."""
        newest = self._memory.newest(query.document.uri)
        if newest is not None and newest.priority is None:
            self._pace.note(in_vain=not newest.began)
        if query.automatic and (delay_s := self._pace.delay_s):
            await asyncio.sleep(delay_s)
        _, layout = await self._known.get()
        asked = await self._lay_out(layout, query)
        self._last_read = asked.prompt
        running = RunningGeneration(
            layout.learning(asked, self._generator.generate(asked, priority=priority)),
            priority=priority,
            grace_s=GRACE_S if self._settings.completion.reuse else 0.0,
            meter=self._meter,
        )
        start = Point(query.cursor.line, query.cursor.column - len(asked.fragment))
        made = RememberedGeneration(query=query, start=start, running=running)
        self._memory.add(made)
        return made, asked.fragment

    async def _lay_out(self, layout: PromptLayout, query: Query) -> PlannedPrompt:
        """Return the layout's prompt, off the event loop where that may take long.

        There is one thread, so that a layout is never asked twice at a time.
        """
        if not layout.reads_long:
            return layout.ask(query)
        context = copy_context()  # what is remembered there is this session's
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: context.run(layout.ask, query)
        )
