"""Several suggestions for who asks by hand, and the first lines of one that takes long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fimls.backend.base import Chunk, GenerateRequest, Usage
from fimls.completion import CompletionService, Query
from fimls.errors import BackendUnreachable
from fimls.prompt import PromptTokenizer
from fimls.settings import Layer, resolve
from fimls.text import Document, Text
from support.toy_backend import ToyBackend


@dataclass
class Sampler(ToyBackend):
    """An engine that answers request after request with these texts, a character a token."""

    tokenizer: PromptTokenizer
    answers: Sequence[str]
    logprob: float = -0.1
    waits_before: str = "\0"
    requests: list[GenerateRequest] = field(default_factory=list[GenerateRequest])
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        self.requests.append(request)
        answer = self.answers[(len(self.requests) - 1) % len(self.answers)]
        if answer == "fail":
            raise BackendUnreachable("gone")
        for number, char in enumerate(answer):
            if char == self.waits_before:
                await self.open.wait()
            await asyncio.sleep(0)
            tokens = ((char, self.logprob),) if request.logprobs else ()
            yield Chunk(text=char, usage=Usage(completion_tokens=number + 1), logprobs=tokens)
        yield Chunk(text="", usage=Usage(), finish_reason="stop")


@pytest.fixture
def tokenizer(tokenizer_folder: Path) -> PromptTokenizer:
    return PromptTokenizer.load(str(tokenizer_folder))


def service_over(backend: Sampler, **completion: Any) -> CompletionService:
    values = {"completion": {"speculation": False, **completion}, "prompt": {"layout": "whole"}}
    settings, problems = resolve([Layer(name="test", values=values)])
    assert not problems
    return CompletionService(
        backend=backend, settings=settings, load_tokenizer=lambda _: backend.tokenizer
    )


def at(text: str, *, automatic: bool) -> Query:
    parsed = Text.parse(text)
    document = Document(uri="file:///a.py", language_id="python", version=1, text=parsed)
    return Query(document=document, cursor=parsed.end, automatic=automatic)


async def shown(service: CompletionService, query: Query) -> list[str]:
    return [made.text for made in await service.complete(query)]


async def test_who_asks_by_hand_may_choose(tokenizer: PromptTokenizer) -> None:
    backend = Sampler(tokenizer, ["1\n", "2\n", "3\n"])
    service = service_over(backend)

    assert await shown(service, at("x = ", automatic=False)) == ["1", "2", "3"]

    first, *others = backend.requests
    assert first.temperature == 0
    assert all(other.temperature > 0 for other in others)
    assert all(other.input_ids == first.input_ids for other in others)


async def test_while_typing_there_is_one(tokenizer: PromptTokenizer) -> None:
    backend = Sampler(tokenizer, ["1\n", "2\n"])
    assert await shown(service_over(backend), at("x = ", automatic=True)) == ["1"]
    assert len(backend.requests) == 1


async def test_the_same_is_proposed_once_and_nothing_is_no_suggestion(
    tokenizer: PromptTokenizer,
) -> None:
    backend = Sampler(tokenizer, ["1\n", "1\n", " ", "2\n"])
    service = service_over(backend, candidates=4)
    assert await shown(service, at("x = ", automatic=False)) == ["1", "2"]


async def test_a_failure_of_the_others_costs_only_them(tokenizer: PromptTokenizer) -> None:
    backend = Sampler(tokenizer, ["1\n", "fail", "2\n"])
    assert await shown(service_over(backend), at("x = ", automatic=False)) == ["1", "2"]


async def test_the_first_does_not_wait_long_for_the_others(
    tokenizer: PromptTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fimls.completion.alternatives.PATIENCE_S", 0.05)
    backend = Sampler(tokenizer, ["1\n", "~\n", "2\n"], waits_before="~")
    assert await shown(service_over(backend), at("x = ", automatic=False)) == ["1", "2"]


async def test_the_lines_that_are_certain_are_shown_first_and_the_rest_next(
    tokenizer: PromptTokenizer,
) -> None:
    text = "def f(a):\n    b = a\n    return b\n\n\nprint(1)\n"
    backend = Sampler(tokenizer, [text.removeprefix("def ")], waits_before="r")
    service = service_over(backend, first_lines_ms=0, max_lines=20)

    assert await shown(service, at("def ", automatic=True)) == ["f(a):"]
    backend.open.set()
    assert await shown(service, at("def f(a):", automatic=True)) != [""]
    async with asyncio.timeout(10):
        while (made := await shown(service, at("def f(a):", automatic=True))) != [
            "\n    b = a\n    return b"
        ]:
            assert text[9:].startswith(made[0])
            await asyncio.sleep(0)
    assert len(backend.requests) == 1
    await service.aclose()


async def test_what_is_doubtful_is_not_shown(tokenizer: PromptTokenizer) -> None:
    doubtful = Sampler(tokenizer, ["one_two three\n"], logprob=-0.1)
    # Six tokens are more probable than 0.5 together, which ends inside the word.
    assert (
        await shown(service_over(doubtful, min_probability=0.5), at("x = ", automatic=True)) == []
    )
    # Ten are more probable than 0.35.
    service = service_over(doubtful, min_probability=0.35)
    assert await shown(service, at("x = ", automatic=True)) == ["one_two"]
    assert all(request.logprobs for request in doubtful.requests)
    sure = Sampler(tokenizer, ["one_two three\n"], logprob=-0.01)
    service = service_over(sure, min_probability=0.5)
    assert await shown(service, at("x = ", automatic=True)) == ["one_two three"]


async def test_nobody_asks_for_probabilities_that_are_not_used(tokenizer: PromptTokenizer) -> None:
    for values in ({"lines": "single"}, {"line_probability": 0.0}):
        backend = Sampler(tokenizer, ["1\n"])
        await shown(service_over(backend, **values), at("x = ", automatic=True))
        assert not backend.requests[0].logprobs
    backend = Sampler(tokenizer, ["1\n"])
    await shown(service_over(backend), at("x = ", automatic=True))
    assert backend.requests[0].logprobs
