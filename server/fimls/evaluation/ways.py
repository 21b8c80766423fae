"""The two ways in which a row's cursors are asked: all of fimls, and the model's plain prompt."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from typing import Protocol

from fimls.backend.base import Backend, GenerateRequest
from fimls.completion import CompletionService, Query
from fimls.completion.shape import enough
from fimls.evaluation.cases import Case
from fimls.settings import Settings
from fimls.text import Document, Point, Text


class Way(Protocol):
    """One way to ask."""

    name: str

    def ask(
        self, cases: Mapping[str, Case], wanted: Collection[str]
    ) -> AsyncGenerator[tuple[str, str], None]:
        """Yield the wanted cursors of one row, by their kinds, each with its completion.

        Args:
            cases: all cursors of the row by their kinds, `start` first.
            wanted: those whose completion is asked for.
        """
        ...


class Pipeline:
    """As an editor asks: document, hold, prompt, engine, stop and shape.

    The document is one whose next line is about to be written: if the middle ends its line, that
    line end is there before the line is. The hold is set at `start`, and what is typed at the other
    cursors is typed there.
    """

    name = "pipeline"

    def __init__(self, service: CompletionService) -> None:
        """Ask this service."""
        self._service = service

    async def ask(
        self, cases: Mapping[str, Case], wanted: Collection[str]
    ) -> AsyncGenerator[tuple[str, str], None]:
        """See `Way.ask`."""
        row = cases["start"].row
        place = Text.parse(row.prompt).end
        empty = Text.parse(row.prompt + "\n" * row.ends_line + row.suffix)
        uri = f"file:///fimls-eval/{row.task_id}.py"
        document = Document(uri=uri, language_id="python", version=0, text=empty)
        for version, (cursor, case) in enumerate(cases.items(), 1):
            if cursor in wanted or cursor == "start":
                text = empty.replace(place, place, case.typed)
                document = document.edit(text, version=version)
                query = Query(document=document, cursor=_behind(place, case.typed), automatic=False)
                made = await self._service.complete(query)
                if cursor in wanted:
                    yield cursor, made[0].text if made else ""


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
        """See `Way.ask`."""
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


WAYS = (Pipeline.name, Raw.name)
"""The names of both."""


def _behind(place: Point, typed: str) -> Point:
    """Return the point after `typed`, which was inserted at `place`."""
    lines = Text.parse(typed).lines
    column = len(lines[-1]) + (place.column if len(lines) == 1 else 0)
    return Point(place.line + len(lines) - 1, column)
