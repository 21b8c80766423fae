"""A generation has an end, whatever comes from the engine."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator

import pytest

from fimls.backend.base import Chunk, GenerateRequest, Usage
from fimls.completion.generated_text import (
    MOST_CHARACTERS,
    GeneratedText,
    generated_text,
)
from fimls.completion.post_processing import post_process
from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings
from support.toy_backend import ToyBackend


class Flood(ToyBackend):
    """Sends the same piece for ever.

    Attributes:
        closed: whether its last stream was ended.
    """

    def __init__(self, piece: str) -> None:
        super().__init__()
        self.piece = piece
        self.closed = False

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        try:
            while True:
                yield Chunk(text=self.piece, usage=Usage())
        finally:
            self.closed = True


PIECES = {
    "brackets in one piece": "(" * 7_000_000,
    "quotes in one piece": "'" * 5_000_000,
    "brackets in pieces": "({[" * 7_000,
    "closing brackets": ")]}" * 7_000,
    "backslashes": '"\\' * 100_000,
    "blanks": " " * 3_000_000,
    "lines of one bracket": "(\n" * 100_000,
    "triple quotes": '"""' * 50_000,
    "one character at a time": "(",
}


@pytest.mark.parametrize("piece", PIECES)
async def test_brackets_and_quotes_by_the_megabyte_hold_nobody(piece: str):
    """Each step is as much as an event loop does at once; its processor time is what counts."""
    backend = Flood(PIECES[piece])
    request = GenerateRequest(rid="a", input_ids=(1,), max_new_tokens=128)
    around = Surroundings(above=("def f(a):",), before="    x = ", language_id="python")
    stopping = Stopping(around, lines="multi", max_lines=25)
    step, worst, began = GeneratedText(), 0.0, time.thread_time()
    async for step in generated_text(backend, request, GeneratedText()):
        stopping.feed(step.text)
        post_process(stopping.shown, around)
        worst, began = max(worst, time.thread_time() - began), time.thread_time()
    assert len(step.text) <= MOST_CHARACTERS
    assert step.finish_reason == "length"
    assert backend.closed
    assert worst < 0.1, f"one step takes {worst * 1e3:.0f} ms"


async def test_a_usual_generation_is_whole():
    backend = Flood("word ")
    request = GenerateRequest(rid="a", input_ids=(1,), max_new_tokens=4_096)
    texts = [each.text async for each in generated_text(backend, request, GeneratedText(text="wo"))]
    assert texts[-1] == "wo" + ("word " * 4_096)[:MOST_CHARACTERS]
