"""What an author is helped by: fimls with and without other files, and a plain prompt."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

import attrs

from fimls.backend.base import Backend, Chunk, GenerateRequest, Usage
from fimls.backend.wrapper import BackendWrapper
from fimls.completion import CompletionService, Query
from fimls.completion.post_processing import enough
from fimls.context import Budget, Snippet, near, take_window
from fimls.context.cursor_site import place
from fimls.context.finder import Finder, Look
from fimls.context.repository import Open
from fimls.evaluation.simulated_author import Answer, cursor
from fimls.evaluation.stretches import Stretch
from fimls.settings import Settings
from fimls.text import Document, Point


class CountingReads(BackendWrapper):
    """A backend that passes everything on, and counts what the engine newly reads.

    Attributes:
        asked: generations begun.
        read: tokens newly read for them.
        ahead: tokens newly read by warm-ups.
    """

    def __init__(self, inner: Backend) -> None:
        """Count what this one reads."""
        super().__init__(inner)
        self.asked = self.read = self.ahead = 0

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """See `Backend.stream`."""
        self.asked += 1
        seen = 0
        async with aclosing(self._backend.stream(request)) as chunks:
            async for chunk in chunks:
                new = chunk.usage.prompt_tokens - chunk.usage.cached_tokens
                self.read += new - seen
                seen = new
                yield chunk

    async def warm(self, request: GenerateRequest) -> Usage:
        """See `Backend.warm`."""
        usage = await self._backend.warm(request)
        self.ahead += usage.prompt_tokens - usage.cached_tokens
        return usage

    async def aclose(self) -> None:
        """The engine is somebody else's to close."""


class Fimls:
    """All of fimls, as an editor asks while one types.

    Snippets are looked for as in an editor, behind another ``name(`` or ``name.``, are read ahead,
    and are in the prompt from the next key on.
    """

    def __init__(self, backend: Backend, settings: Settings, finder: Finder | None) -> None:
        """Without a finder there is nothing of other files."""
        limits = attrs.evolve(settings.completion, debounce_ms=0, speculation=False)
        settings = attrs.evolve(settings, completion=limits)
        self._backend = CountingReads(backend)
        self._service = CompletionService(backend=self._backend, settings=settings)
        self._finder = finder
        self._looked: object = None
        self._shown: tuple[int, tuple[Snippet, ...]] = 0, ()

    async def suggest(self, document: Document, stretch: Stretch) -> Answer:
        """See `Assistant.suggest`."""
        asked, read, ahead = self._backend.asked, self._backend.read, self._backend.ahead
        at = Point(*cursor(stretch, document))
        line, snippets = self._shown
        query = Query(document=document, cursor=at)
        if near(document.text.lines, line, at.line):
            query = replace(query, snippets=snippets)
        made = await self._service.complete(query)
        # What is still written is not wanted: an editor ends it with the next key.
        answer = Answer(
            text=made[0].text if made else "",
            waited=self._backend.asked > asked,
            read=self._backend.read - read,
        )
        if self._finder is not None:
            await self._look(self._finder, query, stretch)
        return replace(answer, ahead=self._backend.ahead - ahead)

    async def _look(self, finder: Finder, query: Query, stretch: Stretch) -> None:
        here = place(query.document.text.lines, query.cursor.line, query.cursor.column)
        if not here.mark or here.key == self._looked:
            return
        self._looked = here.key
        found = finder.find(look_of(query, stretch))
        if not found:
            return
        if query.snippets and query.snippets[0] == found[0]:
            found = query.snippets
        else:
            await self._service.warm(query.document, query.cursor, found)
        self._shown = query.cursor.line, found

    async def aclose(self) -> None:
        """End what runs; the engine stays."""
        await self._service.aclose()


def look_of(query: Query, stretch: Stretch) -> Look:
    """Return what an editor would have looked for: what the commit changed so far is open."""
    opened: Sequence[Document] = [document for _, document in stretch.changed]
    return Look(
        document=query.document,
        path=stretch.written.path,
        cursor=query.cursor,
        opened=[Open(path=each.uri.removeprefix("file:///"), document=each) for each in opened],
        changed=stretch.changed,
    )


class Plain:
    """The model's plain prompt at each key: the text around the cursor, prefix-suffix-middle."""

    def __init__(self, backend: Backend, settings: Settings) -> None:
        """Ask this engine."""
        self._backend = CountingReads(backend)
        self._service = CompletionService(backend=self._backend, settings=settings)
        self._settings = settings

    async def suggest(self, document: Document, stretch: Stretch) -> Answer:
        """See `Assistant.suggest`."""
        served, limits = await self._service.prepare(), self._settings.completion
        budget = Budget(
            prefix_tokens=self._settings.prompt.prefix_tokens,
            suffix_tokens=self._settings.prompt.suffix_tokens,
        )
        window = take_window(
            document.text, Point(*cursor(stretch, document)), budget, served.builder.tokenizer.count
        )
        prompt = served.builder.build(window.prefix, window.suffix)
        read, text = self._backend.read, ""
        request = GenerateRequest(
            rid=uuid.uuid4().hex,
            input_ids=prompt.input_ids,
            max_new_tokens=limits.max_new_tokens,
            temperature=0.0,
            stop_token_ids=prompt.stop_token_ids,
        )
        async with aclosing(self._backend.stream(request)) as chunks:
            async for chunk in chunks:
                text += chunk.text
                if enough(text, 1):
                    break
        return Answer(
            text=text.partition("\n")[0].rstrip(), waited=True, read=self._backend.read - read
        )

    async def aclose(self) -> None:
        """End what runs; the engine stays."""
        await self._service.aclose()
