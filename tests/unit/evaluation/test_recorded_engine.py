"""Answers that are kept as far as they are read, and given again."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from fimls.backend.base import Chunk, GenerateRequest, Token, Usage
from fimls.evaluation import RecordedBackend
from support.toy_backend import ToyBackend

ASKED = GenerateRequest(rid="a", input_ids=(1, 2), max_new_tokens=8, others=3, logprobs=True)


WORDS = ("if ", "a", ":\n", "b")


class Writer(ToyBackend):
    """Writes four words, or those that a prompt ends before; remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[GenerateRequest] = []

    @property
    def asked(self) -> int:
        return len(self.requests)

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        assert request.others == 3
        assert request.logprobs
        self.requests.append(request)
        done = len(request.input_ids) - len(ASKED.input_ids)
        assert request.max_new_tokens == ASKED.max_new_tokens - done
        for number, word in enumerate(WORDS[done:], done + 1):
            token = Token(
                id=number,
                text=word,
                logprob=-0.5,
                others=(Token(id=9, text="c", logprob=-2.0),),
            )
            yield Chunk(
                text=word,
                usage=Usage(prompt_tokens=len(request.input_ids), completion_tokens=number - done),
                finish_reason="length" if number == len(WORDS) else None,
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


async def begin(backend: RecordedBackend, request: GenerateRequest) -> None:
    async with aclosing(backend.stream(request)) as chunks:
        assert (await anext(chunks)).text == "if "


async def test_an_answer_goes_on_in_the_engine_where_nobody_read_further(tmp_path: Path) -> None:
    engine = Writer()
    whole = await read(RecordedBackend(tmp_path / "whole", engine), ASKED)
    await begin(RecordedBackend(tmp_path / "kept", engine), ASKED)
    again = RecordedBackend(tmp_path / "kept", engine)
    await begin(again, ASKED)
    assert engine.asked == 2

    assert await read(again, ASKED) == whole
    assert engine.requests[-1].input_ids == (*ASKED.input_ids, 1)
    assert len({request.rid for request in engine.requests[1:]}) == 2
    assert await read(RecordedBackend(tmp_path / "kept", engine), ASKED) == whole
    assert engine.asked == 3


async def test_a_pattern_holds_for_the_continuation_too(tmp_path: Path) -> None:
    engine = Writer()
    backend = RecordedBackend(tmp_path / "kept", engine)
    met, unmet = (replace(ASKED, regex=asked + r"[\s\S]*") for asked in ("if", "if a"))
    for asked in (met, unmet):
        await begin(backend, asked)

    await read(backend, met)
    assert engine.requests[-1].regex is None
    await read(backend, unmet)
    assert engine.requests[-1].regex == unmet.regex
    assert len(engine.requests[-1].input_ids) == 2


async def test_a_question_without_probabilities_gets_none(tmp_path: Path) -> None:
    backend = RecordedBackend(tmp_path / "kept", Writer())
    for chunk in await read(backend, replace(ASKED, others=0, logprobs=False)):
        assert chunk.logprobs == chunk.tokens == ()


async def test_what_is_served_is_kept_too(tmp_path: Path) -> None:
    served = await RecordedBackend(tmp_path / "kept", Writer()).model_info()
    assert await RecordedBackend(tmp_path / "kept", Writer()).model_info() == served
