"""Answers that are kept in full, and given again."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from fimls.backend.base import Chunk, GenerateRequest, Token, Usage
from fimls.evaluation import RecordedBackend
from support.toy_backend import ToyBackend

ASKED = GenerateRequest(rid="a", input_ids=(1, 2), max_new_tokens=8, others=3, logprobs=True)


class Writer(ToyBackend):
    """Writes four words, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        assert request.others == 3
        assert request.logprobs
        self.asked += 1
        for number, word in enumerate(("if ", "a", ":\n", "b"), 1):
            token = Token(
                id=number,
                text=word,
                logprob=-0.5,
                others=(Token(id=9, text="c", logprob=-2.0),),
            )
            yield Chunk(
                text=word,
                usage=Usage(completion_tokens=number),
                finish_reason="length" if number == 4 else None,
                logprobs=((word, -0.5),),
                tokens=(token,),
            )


async def read(backend: RecordedBackend, request: GenerateRequest) -> list[Chunk]:
    async with aclosing(backend.stream(request)) as chunks:
        return [chunk async for chunk in chunks]


async def test_the_same_question_is_answered_alike_without_asking_again(tmp_path: Path) -> None:
    engine = Writer()
    first = await read(RecordedBackend(tmp_path / "kept", engine), ASKED)
    again = RecordedBackend(tmp_path / "kept", engine)

    assert await read(again, replace(ASKED, rid="b")) == first
    assert [chunk.text for chunk in first] == ["if ", "a", ":\n", "b"]
    assert engine.asked == 1
    await read(again, replace(ASKED, input_ids=(1, 3)))
    assert engine.asked == 2


async def test_what_is_kept_goes_on_behind_where_somebody_stopped_reading(tmp_path: Path) -> None:
    engine = Writer()
    backend = RecordedBackend(tmp_path / "kept", engine)
    async with aclosing(backend.stream(ASKED)) as chunks:
        assert (await anext(chunks)).text == "if "

    assert len(await read(backend, ASKED)) == 4
    assert engine.asked == 1


async def test_a_question_without_probabilities_gets_none(tmp_path: Path) -> None:
    backend = RecordedBackend(tmp_path / "kept", Writer())
    for chunk in await read(backend, replace(ASKED, others=0, logprobs=False)):
        assert chunk.logprobs == chunk.tokens == ()


async def test_what_is_served_is_kept_too(tmp_path: Path) -> None:
    served = await RecordedBackend(tmp_path / "kept", Writer()).model_info()
    assert await RecordedBackend(tmp_path / "kept", Writer()).model_info() == served
