"""Answers continue what is typed: freely where they do by themselves, else under a constraint."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from fimls.backend.base import Chunk, GenerateRequest, Usage
from fimls.completion.generation_attempts import Generator
from fimls.completion.prompt_layout import PlannedPrompt
from fimls.prompt import Prompt
from fimls.settings import CompletionSettings


class TwoAnswers:
    """One answer without a constraint, another with one."""

    def __init__(self, free: list[str], forced: list[str]) -> None:
        self.free, self.forced = free, forced
        self.requests: list[GenerateRequest] = []
        self.read: list[str] = []

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        self.requests.append(request)
        for piece in self.free if request.regex is None else self.forced:
            self.read.append(piece)
            yield Chunk(text=piece, usage=Usage())


async def read(backend: TwoAnswers, asked: PlannedPrompt) -> str:
    """Return all text, which begins with the fragment."""
    generator = Generator(backend, CompletionSettings())  # type: ignore[arg-type]
    text = ""
    async for step in generator.generate(asked):
        text = step.text
    return text


async def ask(backend: TwoAnswers, fragment: str) -> str:
    prompt = Prompt(input_ids=(1, 2), stop_token_ids=(3,))
    text = await read(backend, PlannedPrompt(prompt=prompt, fragment=fragment))
    return text.removeprefix(fragment) if text.startswith(fragment) else ""


async def test_a_free_answer_that_begins_with_the_fragment_is_taken() -> None:
    backend = TwoAnswers([" re", "turn", " x"], [])

    assert await ask(backend, " ret") == "urn x"
    assert [request.regex for request in backend.requests] == [None]


async def test_another_answer_is_left_at_once_and_forced() -> None:
    backend = TwoAnswers([" pa", "ss\n", "never read"], [" ret", "urn x"])

    assert await ask(backend, " ret") == "urn x"
    assert backend.read[:2] == [" pa", " ret"]
    free, forced = backend.requests
    assert forced.regex == r" ret[\s\S]*"
    assert forced.input_ids == free.input_ids
    assert forced.rid != free.rid


async def test_an_answer_that_ends_inside_the_fragment_is_forced_too() -> None:
    backend = TwoAnswers([" r"], [" ret", "urn"])

    assert await ask(backend, " ret") == "urn"


async def test_what_means_something_in_a_pattern_is_forced_literally() -> None:
    backend = TwoAnswers(["x"], [' f("', "a"])

    assert await ask(backend, ' f("') == "a"
    assert backend.requests[1].regex == r' f\("[\s\S]*'


async def test_another_answer_is_asked_for_plainly_where_the_model_can() -> None:
    backend = TwoAnswers([" pa", "never read"], [])
    plain = Prompt(input_ids=(7, 8), stop_token_ids=(3,))

    async def answer(request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        backend.requests.append(request)
        for piece in ["urn", " x"] if request.input_ids == (7, 8) else backend.free:
            yield Chunk(text=piece, usage=Usage())

    backend.stream = answer  # type: ignore[method-assign]
    held = Prompt(input_ids=(1, 2), stop_token_ids=(3,))
    asked = PlannedPrompt(prompt=held, fragment=" ret", plain=lambda: plain)

    assert await read(backend, asked) == " return x"
    assert [request.input_ids for request in backend.requests] == [(1, 2), (7, 8)]
    assert [request.regex for request in backend.requests] == [None, None]


async def test_nothing_new_is_nothing() -> None:
    assert await ask(TwoAnswers([], [" re"]), " ret") == ""


@pytest.mark.parametrize("fragment", ["", " "], ids=["no-fragment", "a-blank"])
async def test_short_fragments(fragment: str) -> None:
    assert await ask(TwoAnswers([fragment + "x"], []), fragment) == "x"
