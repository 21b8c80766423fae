"""The ways in which a row's cursors are asked: all of fimls, and what it is compared with."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping
from contextlib import aclosing
from typing import Protocol

from fimls.backend.base import Backend, GenerateRequest
from fimls.completion import CompletionService, Query
from fimls.completion.generation_attempts import Generator
from fimls.completion.post_processing import enough
from fimls.completion.prompt_layout import PromptLayout
from fimls.evaluation.cursors import Case
from fimls.settings import Settings
from fimls.text import Document, Point, Text


class Strategy(Protocol):
    """One way to ask."""

    name: str

    def ask(
        self, cases: Mapping[str, Case], wanted: Collection[str]
    ) -> AsyncGenerator[tuple[str, str], None]:
        """Yield the wanted cursors of one row, by their kinds, each with its completion.

        `start` comes also if it is not wanted, where it must be asked for the others' sake.

        Args:
            cases: all cursors of the row by their kinds, `start` first.
            wanted: those whose completion is asked for.
        """
        ...


class Pipeline:
    """As an editor asks: document, hold, prompt, engine, stop and shape.

    The hold is set at `start`, and what is typed at the other cursors is typed there.
    """

    name = "pipeline"

    def __init__(self, service: CompletionService) -> None:
        """Ask this service."""
        self._service = service

    async def ask(
        self, cases: Mapping[str, Case], wanted: Collection[str]
    ) -> AsyncGenerator[tuple[str, str], None]:
        """See `Strategy.ask`."""
        for cursor, query in typed_queries(cases):
            if cursor in wanted or cursor == "start":
                made = await self._service.complete(query)
                yield cursor, made[0].text if made else ""


class Fixed:
    """What the pipeline's prompts become if nothing ends them but the number of tokens."""

    name = "fixed"

    def __init__(self, service: CompletionService, backend: Backend, settings: Settings) -> None:
        """Ask the backend with the prompts that the pipeline would ask."""
        self._service = service
        self._generator = Generator(backend, settings.completion)
        self._settings = settings

    async def ask(
        self, cases: Mapping[str, Case], wanted: Collection[str]
    ) -> AsyncGenerator[tuple[str, str], None]:
        """See `Strategy.ask`."""
        layout = PromptLayout(await self._service.prepare(), self._settings)
        for cursor, query in typed_queries(cases):
            if cursor not in wanted and cursor != "start":
                continue
            asked, text = layout.ask(query), ""
            async with aclosing(self._generator.generate(asked)) as steps:
                async for step in steps:
                    text = step.text
            yield cursor, text[len(asked.fragment) :]


class Raw:
    """All text before and after the cursor, as the row has it, in prefix-suffix-middle.

    The answer ends at the model's stop tokens and at the same limits; nothing else is done to it.
    """

    name = "raw"

    def __init__(self, service: CompletionService, backend: Backend, settings: Settings) -> None:
        """Ask the backend with the prompts of the model that the service knows."""
        self._service = service
        self._backend = backend
        self._settings = settings

    async def ask(
        self, cases: Mapping[str, Case], wanted: Collection[str]
    ) -> AsyncGenerator[tuple[str, str], None]:
        """See `Strategy.ask`."""
        for cursor, case in cases.items():
            if cursor in wanted:
                yield cursor, await self._generate(case.row.prompt + case.typed, case.row.suffix)

    async def _generate(self, prefix: str, suffix: str) -> str:
        limits = self._settings.completion
        prompt = (await self._service.prepare()).builder.build(prefix, suffix)
        request = GenerateRequest(
            rid=uuid.uuid4().hex,
            input_ids=prompt.input_ids,
            max_new_tokens=limits.max_new_tokens,
            temperature=limits.temperature,
            stop_token_ids=prompt.stop_token_ids,
        )
        text = ""
        async with aclosing(self._backend.stream(request)) as chunks:
            async for chunk in chunks:
                text += chunk.text
                if enough(text, limits.max_lines):
                    break
        return "\n".join(text.split("\n")[: limits.max_lines])


OTHERS = (Raw.name, Fixed.name)
"""The names of what the pipeline is compared with."""


def typed_queries(cases: Mapping[str, Case]) -> Iterator[tuple[str, Query]]:
    """Yield a query for each cursor, of a document in which the row's middle is being typed.

    The document is one whose next line is about to be written: if the middle ends its line, that
    line end is there before the line is.
    """
    row = cases["start"].row
    place = Text.parse(row.prompt).end
    empty = Text.parse(row.prompt + "\n" * row.ends_line + row.suffix)
    uri = f"file:///fimls-eval/{row.task_id}.py"
    document = Document(uri=uri, language_id="python", version=0, text=empty)
    for version, (cursor, case) in enumerate(cases.items(), 1):
        document = document.edit(empty.replace(place, place, case.typed), version=version)
        cursor_at = _behind(place, case.typed)
        yield cursor, Query(document=document, cursor=cursor_at, automatic=False)


def _behind(place: Point, typed: str) -> Point:
    """Return the point after `typed`, which was inserted at `place`."""
    lines = Text.parse(typed).lines
    column = len(lines[-1]) + (place.column if len(lines) == 1 else 0)
    return Point(place.line + len(lines) - 1, column)
