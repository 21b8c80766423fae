"""The service over a scripted backend: what it asks, when it stops, what it forgets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from fimls.backend.base import Backend, Chunk, GenerateRequest, ModelInfo, Priority, Usage
from fimls.backend.stale_model_guard import ModelCheckedBackend
from fimls.completion import CompletionService, Query
from fimls.errors import BackendBusy, BackendProtocolError, BackendUnreachable, TemplateError
from fimls.prompt import PromptTokenizer
from fimls.settings import Layer, Settings, resolve
from fimls.text import Document, Point, Text


class ScriptedBackend:
    """Yields the given pieces; an exception in the script is raised in its place."""

    def __init__(self, *script: str | Exception, context_length: int | None = None) -> None:
        self.script = script
        self.context_length = context_length
        self.requests: list[GenerateRequest] = []
        self.ended_early = 0
        self.infos = 0
        self.info_error: Exception | None = None

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        self.requests.append(request)
        done = False
        try:
            for number, piece in enumerate(self.script):
                await asyncio.sleep(0)
                if isinstance(piece, Exception):
                    raise piece
                usage = Usage(prompt_tokens=len(request.input_ids), completion_tokens=number + 1)
                yield Chunk(text=piece, usage=usage)
            done = True
        finally:
            self.ended_early += not done

    async def model_info(self) -> ModelInfo:
        self.infos += 1
        if self.info_error is not None:
            raise self.info_error
        return ModelInfo(model_path="toy", tokenizer_path="toy", context_length=self.context_length)

    async def warm(self, request: GenerateRequest) -> Usage:
        self.requests.append(request)
        return Usage(prompt_tokens=len(request.input_ids))

    async def healthy(self) -> bool:
        return True

    async def aclose(self) -> None: ...


def query(text: str = "def f(x):\n    y = f(x)\n", *, automatic: bool = True) -> Query:
    parsed = Text.parse(text)
    document = Document(uri="file:///a.py", language_id="python", version=1, text=parsed)
    return Query(document=document, cursor=parsed.end, automatic=automatic)


def service_over(
    backend: Backend, tokenizer_folder: Path, **tables: dict[str, Any]
) -> CompletionService:
    """Return a service that asks for every query; the others are in test_reuse.py."""
    base = Layer(name="base", values={"completion": {"reuse": False}})
    settings, problems = resolve([base, Layer(name="test", values=tables)])
    assert not problems
    return CompletionService(
        backend=backend,
        settings=settings,
        load_tokenizer=lambda _: PromptTokenizer.load(str(tokenizer_folder)),
    )


async def test_asks_with_the_prompt_of_the_window_and_answers_an_insertion(
    tokenizer_folder: Path,
) -> None:
    backend = ScriptedBackend("x ", "+ 1")
    service = service_over(backend, tokenizer_folder)

    [completion] = await service.complete(query())

    assert completion.text == "x + 1"
    assert completion.start == completion.end == Point(2, 0)
    assert completion.usage.completion_tokens == 2
    builder = (await service.prepare()).builder
    [request] = backend.requests
    assert request.input_ids == builder.build("def f(x):\n    y = f(x)\n", "").input_ids
    assert request.stop_token_ids == builder.stop_token_ids


async def test_ends_the_generation_when_it_has_enough_lines(tokenizer_folder: Path) -> None:
    backend = ScriptedBackend("x\n", "y\n", "z\n", "never read\n")
    service = service_over(backend, tokenizer_folder, completion={"max_lines": 2})

    [completion] = await service.complete(query())

    assert completion.text == "x\ny"
    await service.aclose()
    assert backend.ended_early == 1


async def test_cancelling_ends_the_generation(tokenizer_folder: Path) -> None:
    backend = ScriptedBackend(*["x"] * 100_000)
    service = service_over(backend, tokenizer_folder)
    task = asyncio.create_task(service.complete(query()))
    while not backend.requests:
        await asyncio.sleep(0)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.01)
    assert backend.ended_early == 1


async def test_what_cannot_be_asked_again_is_as_it_was(tokenizer_folder: Path) -> None:
    """A router asked what is served may ask an engine that has died, and have others."""
    backend = ScriptedBackend(BackendUnreachable("it died"))
    service = service_over(backend, tokenizer_folder)
    with pytest.raises(BackendUnreachable):
        await service.complete(query())

    backend.script, backend.info_error = ("x",), BackendProtocolError("HTTP 500")
    assert [each.text for each in await service.complete(query())] == ["x"]

    backend.info_error = None
    assert await service.complete(query())


async def test_a_server_that_is_not_there_is_asked_for_nothing(tokenizer_folder: Path) -> None:
    backend = ScriptedBackend(BackendUnreachable("it died"))
    service = service_over(backend, tokenizer_folder)
    with pytest.raises(BackendUnreachable):
        await service.complete(query())

    backend.info_error = BackendUnreachable("nothing listens")
    with pytest.raises(BackendUnreachable, match="nothing listens"):
        await service.complete(query())
    assert len(backend.requests) == 1


async def test_automatic_requests_can_be_switched_off(tokenizer_folder: Path) -> None:
    backend = ScriptedBackend("x")
    service = service_over(backend, tokenizer_folder, completion={"automatic": False})

    assert await service.complete(query()) == []
    assert backend.infos == 0
    assert await service.complete(query(automatic=False))


async def test_the_prompt_and_the_answer_fit_the_model(tokenizer_folder: Path) -> None:
    backend = ScriptedBackend("x", context_length=200)
    service = service_over(backend, tokenizer_folder, completion={"max_new_tokens": 64})

    await service.complete(query("value = 1\n" * 500))

    [request] = backend.requests
    assert 68 < len(request.input_ids) <= 200 - 64


async def test_the_model_is_asked_for_once_and_again_after_a_failure(
    tokenizer_folder: Path,
) -> None:
    backend = ScriptedBackend("x")
    service = service_over(ModelCheckedBackend(backend), tokenizer_folder)
    await service.complete(query())
    await service.complete(query())
    assert backend.infos == 1

    backend.script = (BackendUnreachable("gone"),)
    with pytest.raises(BackendUnreachable):
        await service.complete(query())
    backend.script = ("x",)
    await service.complete(query())
    assert backend.infos == 2

    backend.script = (BackendBusy("later"),)
    with pytest.raises(BackendBusy):
        await service.complete(query())
    await service.prepare()
    assert backend.infos == 2


async def test_a_template_that_does_not_fit_is_refused(tokenizer_folder: Path) -> None:
    service = service_over(ScriptedBackend(), tokenizer_folder, model={"template": "codestral"})

    with pytest.raises(TemplateError, match=r"codestral.*toy.*\[SUFFIX\]"):
        await service.complete(query())


async def test_warming_asks_for_what_a_completion_there_would(tokenizer_folder: Path) -> None:
    backend = ScriptedBackend("x")
    service = service_over(backend, tokenizer_folder)
    asked = query("import os\n\n\ndef f(x):\n")

    assert await service.warm(asked.document, asked.cursor) is not None
    assert await service.warm(asked.document, asked.cursor) is None  # read just before
    await service.complete(asked)

    warmed, completed = backend.requests
    assert warmed.input_ids == completed.input_ids
    assert (warmed.max_new_tokens, warmed.priority, completed.priority) == (
        0,
        Priority.WARM_UP,
        None,
    )


async def test_without_a_cursor_the_beginning_of_all_prompts_is_read(
    tokenizer_folder: Path,
) -> None:
    backend = ScriptedBackend("x")
    service = service_over(backend, tokenizer_folder)
    asked = query("import os\n\n\ndef f(x):\n    y = f(x)\n")

    await service.warm(asked.document, None)
    await service.complete(asked)

    warmed, completed = backend.requests
    tokenizer = (await service.prepare()).builder.tokenizer
    shared = len(tokenizer.encode("import os\n\n\ndef f(x):")) + 2  # BOS and FIM begin
    assert warmed.input_ids[:shared] == completed.input_ids[:shared]
    assert tokenizer.decode(warmed.input_ids).endswith("<｜fim▁begin｜>" + str(asked.document.text))


async def test_long_prompts_are_made_off_the_event_loop(tokenizer_folder: Path) -> None:
    """While a long document is read, a keystroke's other work goes on."""
    backend = ScriptedBackend("x")
    service = service_over(backend, tokenizer_folder, prompt={"prefix_tokens": 1_000_000})
    await service.prepare()
    text = "".join(f"    value_{n} = function_{n}(first, second, {n})\n" for n in range(20_000))

    answer = asyncio.ensure_future(service.complete(query(text)))
    turns = 0
    while not answer.done():
        await asyncio.sleep(0)
        turns += 1

    assert turns > 1_000
    assert await answer
    [request] = backend.requests
    builder = (await service.prepare()).builder
    assert request.input_ids == builder.build(text, "").input_ids
    await service.aclose()


def test_defaults_leave_the_suffix_a_smaller_budget_than_the_prefix() -> None:
    """The suffix is read again at each key, the prefix is not."""
    prompt = Settings().prompt

    assert prompt.suffix_tokens * 2 <= prompt.prefix_tokens
