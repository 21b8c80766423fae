"""On the real engine, the line that is taken is the likelier one of those that it generated."""

from __future__ import annotations

import math
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from fimls.backend.base import Chunk, GenerateRequest, Token
from fimls.backend.sglang import SGLangBackend
from fimls.completion import Query
from fimls.completion.generation_attempts import Generator
from fimls.completion.prompt_layout import PromptLayout
from fimls.completion.served_model import load_served_model
from fimls.prompt import PromptTokenizer
from fimls.settings import CompletionSettings, Settings
from fimls.text import Document, Point, Text

pytestmark = pytest.mark.engine


class Recorder(SGLangBackend):
    """Remembers the tokens of every request."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.asked: list[tuple[GenerateRequest, list[Token]]] = []

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        tokens: list[Token] = []
        self.asked.append((request, tokens))
        async with aclosing(super().stream(request)) as chunks:
            async for chunk in chunks:
                tokens += chunk.tokens
                yield chunk


def probability(tokens: list[Token]) -> float:
    """Return that of the first line."""
    product = 1.0
    for token in tokens:
        if "\n" in token.text:  # however it ends
            head = token.text.partition("\n")[0] + "\n"
            same = [o.logprob for o in token.others if o.text.startswith(head)]
            return product * sum(map(math.exp, [token.logprob, *same]))
        product *= math.exp(token.logprob)
    return product


CODE = """import os


class Store:
    def __init__(self, path, items=None):
        self.path = path
        self.items = items or []

    def add(self, item):
        if item in self.items:
            return False
        self.items.append(item)
        return True

    def load(self):
        if not os.path.exists(self.path):
            return None
        with open(self.path) as file:
            for line in file:
                key, value = line.split("=")
                self.add((key, value))
        return len(self.items)
"""


def places() -> list[Point]:
    """Return where words begin, in the bodies of functions."""
    lines = CODE.split("\n")
    words = [re.finditer(r"(?<=\S[ (.])(?=\w)", line) for line in lines]
    return [Point(n, m.start()) for n, found in enumerate(words) for m in found if n > 4]


async def test_the_line_that_is_taken_is_the_likelier_one(engine: Any) -> None:
    backend = Recorder(engine.url)
    served = await load_served_model(backend, Settings().model, PromptTokenizer.load)
    layout = PromptLayout(served, Settings())
    generator = Generator(backend, CompletionSettings(max_new_tokens=24))
    text, taken = Text.parse(CODE), 0
    for place in places():
        end = Point(place.line, len(text.lines[place.line].rstrip("\n")))
        rest = text.replace(place, end, "")
        document = Document(uri="file:///a.py", language_id="python", version=1, text=rest)
        backend.asked.clear()
        asked, made = layout.ask(Query(document=document, cursor=place)), ""
        async with aclosing(generator.generate(asked)) as steps:
            async for step in steps:
                made = step.text
        greedy, tokens = backend.asked[0]
        for request, own in backend.asked[1:]:
            at = len(request.input_ids) - len(greedy.input_ids) - 1
            if at < 0:
                tokens = own  # the same prompt again, forced
                continue
            [first] = [way for way in tokens[at].others if way.id == request.input_ids[-1]]
            way = [*tokens[:at], first, *own]
            said = (token.text for token in way if token.id not in greedy.stop_token_ids)
            if made == "".join(said):
                assert probability(way) > probability(tokens)
                taken += 1
    await backend.aclose()
    assert taken
