"""Answers without the engine: typing through, coming back, reading on, looking ahead."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fimls.backend.base import Chunk, GenerateRequest, Priority, Usage
from fimls.completion import CompletionService, Query, Selected
from fimls.errors import BackendUnreachable
from fimls.metrics import Meter
from fimls.prompt import PromptTokenizer
from fimls.settings import Layer, resolve
from fimls.text import Document, Point, Text
from support.toy_backend import ToyBackend

ABOVE, BELOW = "import os\n\n\ndef f(x):\n", "\n\n\ny = f(3)\n"


class OneLine(ToyBackend):
    """An engine whose model always wants the cursor's line to be this one, token by token.

    `gate` holds tokens back: so many are given, the others wait for `open`.
    """

    def __init__(self, tokenizer: PromptTokenizer, line: str, *, gate: int | None = None) -> None:
        self.tokenizer = tokenizer
        self.line = line
        self.gate = gate
        self.open = asyncio.Event()
        self.requests: list[GenerateRequest] = []
        self.running = 0
        self.given_up = 0
        self.failure: Exception | None = None

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        self.requests.append(request)
        self.running += 1
        ended = False
        try:
            if self.failure:
                raise self.failure
            read = self.tokenizer.decode(request.input_ids).split("<｜fim▁end｜>")[1]
            rest = self.line.removeprefix(read) if self.line.startswith(read) else "?"
            for number, char in enumerate(rest):
                if number == self.gate:
                    await self.open.wait()
                await asyncio.sleep(0)
                yield Chunk(text=char, usage=Usage(completion_tokens=number + 1))
            usage = Usage(completion_tokens=len(rest))
            yield Chunk(text="", usage=usage, finish_reason="stop")
            ended = True
        finally:
            self.running -= 1
            self.given_up += not ended


@pytest.fixture
def tokenizer(tokenizer_folder: Path) -> PromptTokenizer:
    return PromptTokenizer.load(str(tokenizer_folder))


def service_over(
    backend: OneLine, meter: Meter | None = None, **completion: Any
) -> CompletionService:
    values = {"completion": {"speculation": False, **completion}}
    settings, problems = resolve([Layer(name="test", values=values)])
    assert not problems
    return CompletionService(
        backend=backend,
        settings=settings,
        load_tokenizer=lambda _: backend.tokenizer,
        meter=meter,
    )


def at(typed: str, after: str = "", *, above: str = ABOVE, below: str = BELOW) -> Query:
    before = Text.parse(above + typed)
    text = Text.parse(above + typed + after + below)
    document = Document(uri="file:///a.py", language_id="python", version=1, text=text)
    return Query(document=document, cursor=before.end)


async def shown(service: CompletionService, query: Query) -> tuple[str, str]:
    made = await service.complete(query)
    return (made[0].text, made[0].source) if made else ("", "")


LINE = "    return os.path.join(x)"


async def test_typing_through_a_suggestion_never_asks_again(tokenizer: PromptTokenizer) -> None:
    backend = OneLine(tokenizer, LINE)
    service = service_over(backend)

    assert await shown(service, at("    ret")) == (LINE[7:], "engine")
    for end in range(8, len(LINE)):
        assert await shown(service, at(LINE[:end])) == (LINE[end:], "memory")
    assert await shown(service, at(LINE)) == ("", "")  # the model said that it ends here

    assert len(backend.requests) == 1


async def test_coming_back_shows_it_again(tokenizer: PromptTokenizer) -> None:
    backend = OneLine(tokenizer, LINE)
    service = service_over(backend)
    await shown(service, at("    ret"))

    assert await shown(service, at("    return o")) == (LINE[12:], "memory")
    assert await shown(service, at("    re")) == (LINE[6:], "memory")  # to the word's beginning
    assert len(backend.requests) == 1
    assert await shown(service, at("  ")) == (LINE[2:], "engine")  # before what was generated


async def test_what_the_editor_closes_does_not_count(tokenizer: PromptTokenizer) -> None:
    backend = OneLine(tokenizer, LINE)
    service = service_over(backend)
    await shown(service, at("    ret"))

    assert await shown(service, at("    return os.path.join(", ")")) == ("x", "memory")


async def test_typing_over_what_the_editor_closed_never_asks_again(
    tokenizer: PromptTokenizer,
) -> None:
    backend = OneLine(tokenizer, LINE)
    service = service_over(backend)
    await shown(service, at("    return os.path.join(", ")"))

    assert await shown(service, at("    return os.path.join(x", ")")) == ("", "")
    assert await shown(service, at(LINE)) == ("", "")

    assert len(backend.requests) == 1
    # A closer that was deleted is another text.
    await shown(service, at("    return os.path.join(x"))
    assert len(backend.requests) == 2


@pytest.mark.parametrize(
    "other",
    [
        at("    raise"),
        at("    retu", above=ABOVE.replace("x", "y")),
        at("    retu", below=BELOW.replace("3", "4")),
        at("    retu", after=" + 1"),
        at("    retu", above="\n" + ABOVE),
    ],
    ids=["something-else-typed", "a-line-above", "a-line-below", "behind-the-cursor", "moved-down"],
)
async def test_another_text_is_asked_for(tokenizer: PromptTokenizer, other: Query) -> None:
    backend = OneLine(tokenizer, LINE)
    service = service_over(backend)
    await shown(service, at("    ret"))
    asked = len(backend.requests)

    await service.complete(other)

    assert len(backend.requests) > asked


async def test_another_document_is_asked_for(tokenizer: PromptTokenizer) -> None:
    backend = OneLine(tokenizer, LINE)
    service = service_over(backend)
    query = at("    ret")
    await service.complete(query)

    document = Document(uri="file:///b.py", language_id="", version=1, text=query.document.text)
    await service.complete(Query(document=document, cursor=query.cursor))

    assert len(backend.requests) == 2


async def test_the_next_key_reads_on_where_a_cancelled_request_was(
    tokenizer: PromptTokenizer,
) -> None:
    backend = OneLine(tokenizer, LINE, gate=10)
    service = service_over(backend)
    first = asyncio.create_task(service.complete(at("    ret")))
    while not backend.running:
        await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first

    second = asyncio.create_task(shown(service, at("    retu")))
    await asyncio.sleep(0.1)  # longer than the grace: somebody reads it
    backend.open.set()

    assert await second == (LINE[8:], "running")
    assert len(backend.requests) == 1
    assert backend.given_up == 0


async def test_a_generation_that_nobody_reads_ends_in_the_engine(
    tokenizer: PromptTokenizer,
) -> None:
    backend = OneLine(tokenizer, LINE, gate=10)
    service = service_over(backend)
    task = asyncio.create_task(service.complete(at("    ret")))
    while not backend.running:
        await asyncio.sleep(0)
    task.cancel()

    async with asyncio.timeout(10):
        while backend.running:
            await asyncio.sleep(0.01)
    assert backend.given_up == 1
    backend.open.set()
    # What was cut off anywhere is not shown later.
    assert await shown(service, at("    ret")) == (LINE[7:], "engine")


async def test_one_that_goes_another_way_than_the_user_ends_at_once(
    tokenizer: PromptTokenizer,
) -> None:
    backend = OneLine(tokenizer, LINE, gate=10)
    service = service_over(backend)
    task = asyncio.create_task(service.complete(at("    ret")))
    while not backend.running:
        await asyncio.sleep(0)

    other = asyncio.create_task(shown(service, at("    raise")))
    while len(backend.requests) < 2:
        await asyncio.sleep(0)
    while backend.given_up == 0:  # the older one, while the newer one runs
        await asyncio.sleep(0)
    assert backend.running <= 1
    backend.open.set()
    await other
    await task


async def test_looking_ahead_has_the_next_completion_ready(tokenizer: PromptTokenizer) -> None:
    line = "    x = os.getcwd()\n    return x"
    backend = OneLine(tokenizer, line)
    service = service_over(backend, speculation=True, max_lines=1)

    assert await shown(service, at("    x")) == (" = os.getcwd()", "engine")
    async with asyncio.timeout(10):
        while len(backend.requests) < 2 or backend.running:
            await asyncio.sleep(0.001)

    low = backend.requests[1]
    assert low.priority == Priority.SPECULATION
    # The line is full; what comes next begins with a line end and is shown once that is typed.
    assert await shown(service, at("    x = os.getcwd()\n")) == ("    return x", "memory")
    assert await shown(service, at("    x = os.getcwd()\n    ret")) == ("urn x", "memory")
    await service.aclose()


async def test_a_failure_ahead_troubles_nobody(tokenizer: PromptTokenizer) -> None:
    backend = OneLine(tokenizer, LINE + "\n    more")
    service = service_over(backend, speculation=True)
    task = asyncio.create_task(shown(service, at("    ret")))
    while not backend.requests:
        await asyncio.sleep(0)
    backend.failure = BackendUnreachable("gone")
    assert await task == (LINE[7:], "engine")
    async with asyncio.timeout(10):
        while len(backend.requests) < 2:
            await asyncio.sleep(0)
    await service.aclose()


async def test_the_memory_is_bounded(tokenizer: PromptTokenizer) -> None:
    from fimls.completion.generation_cache import MOST_DOCUMENTS, MOST_GENERATIONS

    backend = OneLine(tokenizer, LINE)
    service = service_over(backend)
    for number in range(MOST_DOCUMENTS + 5):
        query = at("    ret")
        document = Document(
            uri=f"file:///{number}.py", language_id="", version=1, text=query.document.text
        )
        for column in range(1, MOST_GENERATIONS + 5 if not number else 2):
            await service.complete(Query(document=document, cursor=Point(4, column % 7)))

    made = service._memory._made
    assert len(made) == MOST_DOCUMENTS
    assert max(len(kept) for kept in made.values()) <= MOST_GENERATIONS
    await service.aclose()
    assert not backend.running


async def test_the_memory_is_bounded_in_characters(
    tokenizer: PromptTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = service_over(OneLine(tokenizer, LINE))
    monkeypatch.setattr("fimls.completion.generation_cache.MOST_CHARACTERS", 2_500)
    for number in range(6):
        query = at("    ret", below=BELOW + "#" * 1_000)
        document = replace(query.document, uri=f"file:///{number}.py")
        await service.complete(replace(query, document=document))

    assert list(service._memory._made) == ["file:///4.py", "file:///5.py"]
    await service.aclose()


async def test_nothing_is_remembered_of_a_document_that_was_closed(
    tokenizer: PromptTokenizer,
) -> None:
    backend = OneLine(tokenizer, LINE, gate=3)
    service = service_over(backend)
    waiting = asyncio.create_task(service.complete(at("    ret")))
    while not backend.running:
        await asyncio.sleep(0)
    _, layout = await service._known.get()
    assert service._memory._made
    assert layout._holds

    service.forget(at("").document.uri)
    waiting.cancel()
    await asyncio.wait([waiting])
    while backend.running:
        await asyncio.sleep(0)

    assert not service._memory._made
    assert not service._memory._sizes
    assert not layout._holds
    await service.aclose()


async def test_what_is_remembered_holds_on_to_nothing_of_the_engine(
    tokenizer: PromptTokenizer,
) -> None:
    answers: list[weakref.ref[Answer]] = []

    class Answer:
        pass

    class Holding(OneLine):
        async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
            answer = Answer()
            answers.append(weakref.ref(answer))
            if fails:
                raise BackendUnreachable("There is no engine.")
            async for chunk in super().stream(request):
                yield chunk

    for line, fails in ((LINE, False), (LINE + "\nx = 3\n" * 9, False), (LINE, True)):
        backend = Holding(tokenizer, line)
        service = service_over(backend)
        with suppress(BackendUnreachable):
            await service.complete(at("    ret"))
        with suppress(BackendUnreachable):
            await service.complete(at("    ret", below="\n"))
        while backend.running:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert service._memory._made
        gc.collect()
        alive = [each for each in answers if each() is not None]
        assert len(alive) <= fails  # the newest error says where it comes from
        await service.aclose()


async def test_a_selected_item_is_extended(tokenizer: PromptTokenizer) -> None:
    backend = OneLine(tokenizer, LINE)
    service = service_over(backend)
    typed = at("    ret")
    item = Selected(start=Point(4, 4), end=Point(4, 7), text="return os")

    [made] = await service.complete(replace(typed, selected=item))

    assert (made.text, made.start, made.end) == (LINE[4:], Point(4, 4), Point(4, 7))


class Told(Meter):
    """Attributes: what it was told."""

    def __init__(self) -> None:
        self.tokens = 0
        self.vain = 0
        self.changes: list[tuple[tuple[str, ...], bool]] = []

    def used(self, tokens: int) -> None:
        self.tokens += tokens

    def given_up(self) -> None:
        self.vain += 1

    def filtered(self, names: Sequence[str], *, away: bool) -> None:
        self.changes.append((tuple(names), away))


async def test_tokens_are_told_as_used_once_however_often_they_are_shown(
    tokenizer: PromptTokenizer,
) -> None:
    backend, meter = OneLine(tokenizer, LINE), Told()
    service = service_over(backend, meter)
    for end in (7, 9, 12):
        assert await service.complete(at(LINE[:end]))
    assert (len(backend.requests), meter.tokens) == (1, len(LINE[3:]))
    assert meter.vain == 0


async def test_what_is_shown_to_nobody_is_given_up_and_not_used(
    tokenizer: PromptTokenizer,
) -> None:
    backend, meter = OneLine(tokenizer, LINE, gate=8), Told()
    service = service_over(backend, meter)
    waiting = asyncio.create_task(service.complete(at("    ret")))
    while not backend.requests:
        await asyncio.sleep(0.001)
    backend.gate = None
    await service.complete(at("    raise"))
    waiting.cancel()
    await asyncio.wait([waiting])
    assert meter.vain == 1
    await service.aclose()


async def test_what_filters_leave_nothing_of_is_told(tokenizer: PromptTokenizer) -> None:
    meter = Told()
    service = service_over(OneLine(tokenizer, "    ```"), meter)
    assert not await service.complete(at("    "))
    assert meter.changes == [(("fences",), True)]
