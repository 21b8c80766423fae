"""Where another line is likelier than the greedy one, it is the text; else the greedy one is."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Mapping

import pytest

from fimls.backend.base import Chunk, GenerateRequest, Token, Usage
from fimls.completion.generation_attempts import Generator
from fimls.completion.prompt_layout import PlannedPrompt
from fimls.errors import BackendUnreachable
from fimls.prompt import Prompt
from fimls.settings import CompletionSettings

STOP = 0
PROMPT = Prompt(input_ids=(1_000, 1_001), stop_token_ids=(STOP,))


class Model:
    """Continues texts as a table says: what comes next, and how likely; letters are tokens."""

    def __init__(self, table: Mapping[str, Mapping[str, float]], *, fails: str = "") -> None:
        self.table = table
        self.fails = fails
        self.requests: list[GenerateRequest] = []
        self.ended: list[str] = []

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        self.requests.append(request)
        start = text = "".join(chr(id_) for id_ in request.input_ids[2:])
        if self.fails and text == self.fails:
            raise BackendUnreachable("gone")
        try:
            while True:
                ways = self._ways(text, request)
                best, *others = ways[: request.others + 1]
                end = best.id == STOP
                text += "" if end else best.text
                yield Chunk(
                    text="" if end else best.text,
                    usage=Usage(completion_tokens=len(text) - len(start)),
                    finish_reason="stop" if end else None,
                    tokens=(Token(**_fields(best), others=tuple(others)),) * bool(request.others),
                )
                if end:
                    return
        finally:
            self.ended.append(text)

    def _ways(self, text: str, request: GenerateRequest) -> list[Token]:
        known = self.table.get(text, {"": 1.0})
        ways = [
            Token(id=ord(char) if char else STOP, text=char or "<end>", logprob=math.log(p))
            for char, p in known.items()
        ]
        return sorted(ways, key=lambda way: -way.logprob)


def _fields(token: Token) -> dict[str, object]:
    return {"id": token.id, "text": token.text, "logprob": token.logprob}


DOUBTFUL = {
    "": {"a": 0.6, "b": 0.4},
    "a": {"x": 0.3, "y": 0.3, "z": 0.2},
    "b": {"c": 1.0},
    "ax": {"\n": 1.0},
    "bc": {"\n": 1.0},
    "bc\n": {"d": 1.0},
}
"""The likeliest line is ``bc``, with 0.4; the greedy one is ``ax``, with 0.18."""


async def texts(model: Model, *, fragment: str = "", **settings: object) -> list[str]:
    generator = Generator(model, CompletionSettings(**settings))  # type: ignore[arg-type]
    asked = PlannedPrompt(prompt=PROMPT, fragment=fragment)
    return [step.text async for step in generator.generate(asked)]


async def test_the_likelier_line_is_taken_and_goes_on() -> None:
    model = Model(DOUBTFUL)

    assert await texts(model) == ["", "", "bc\n", "bc\nd", "bc\nd"]
    assert [request.input_ids for request in model.requests] == [(1_000, 1_001), (1_000, 1_001, 98)]
    assert model.requests[0].rid != model.requests[1].rid
    assert "ax\n" in model.ended  # the greedy one was left there


async def test_an_unlikelier_one_is_left_as_soon_as_it_is() -> None:
    model = Model({**DOUBTFUL, "b": {"c": 0.4, "d": 0.3}})

    assert (await texts(model))[-1] == "ax\n"
    assert "bc" in model.ended


async def test_one_that_is_hardly_likelier_is_not_taken() -> None:
    model = Model({**DOUBTFUL, "b": {"c": 0.5, "d": 0.4}})

    assert (await texts(model))[-1] == "ax\n"


async def test_where_nothing_else_is_likelier_the_engine_is_asked_once() -> None:
    model = Model({**DOUBTFUL, "a": {"x": 0.9, "y": 0.1}})

    assert (await texts(model))[-1] == "ax\n"
    assert len(model.requests) == 1


async def test_what_all_ways_begin_with_comes_at_once() -> None:
    table = {"": {"a": 1.0}, "a": {"b": 1.0}, "ab": {"c": 0.6, "d": 0.4}, "abc": {"\n": 1.0}}

    assert await texts(Model(table)) == ["a", "ab", "ab", "abc\n", "abc\n"]


async def test_the_other_way_may_end_at_once() -> None:
    table = {"": {"a": 1.0}, "a": {"b": 0.6, "": 0.4}, "ab": {"c": 0.5, "d": 0.5}}

    assert (await texts(Model(table)))[-1] == "a"


async def test_it_begins_with_what_is_typed() -> None:
    model = Model({**DOUBTFUL, "a": {"x": 0.4, "y": 0.4}})

    assert (await texts(model, fragment="a"))[-1] == "ax\n"


async def test_if_the_other_way_fails_the_greedy_line_is_there() -> None:
    model = Model(DOUBTFUL, fails="b")

    assert (await texts(model))[-1] == "ax\n"


@pytest.mark.parametrize("settings", [{"reranking": False}, {"temperature": 0.5}])
async def test_when_it_is_not_looked_for(settings: dict[str, object]) -> None:
    model = Model(DOUBTFUL)

    assert (await texts(model, **settings))[-1] == "ax\n"
    assert [request.others for request in model.requests] == [0]
