from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from fimls.backend.base import Chunk, GenerateRequest, Usage
from fimls.backend.metering import MeteredBackend
from fimls.errors import BackendUnreachable
from fimls.metrics import Meter


class Told(Meter):
    def __init__(self) -> None:
        self.facts: list[tuple[str, str, dict[str, Any]]] = []

    def generated(self, kind: str, end: str, **figures: Any) -> None:  # type: ignore[override]
        self.facts.append((kind, end, figures))


class TwoChunks:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        yield Chunk(text="a", usage=Usage(prompt_tokens=9, cached_tokens=8, completion_tokens=1))
        if self.error:
            raise self.error
        usage = Usage(prompt_tokens=9, cached_tokens=8, completion_tokens=2)
        yield Chunk(text="b", usage=usage, finish_reason="stop")

    async def warm(self, request: GenerateRequest) -> Usage:
        return Usage(prompt_tokens=9, cached_tokens=4)


def request(tokens: int = 8, priority: int | None = None) -> GenerateRequest:
    return GenerateRequest(rid="r", input_ids=[1], max_new_tokens=tokens, priority=priority)


async def told(backend: Any, asked: GenerateRequest, *, most: int = 9) -> dict[str, Any]:
    meter = Told()
    metered = MeteredBackend(backend, meter)
    try:
        async with aclosing(metered.stream(asked)) as chunks:
            async for _ in chunks:
                most -= 1
                if not most:
                    break
    except BackendUnreachable:
        pass
    [(kind, end, figures)] = meter.facts
    assert 0 <= figures["first_s"] <= figures["total_s"]
    return {"kind": kind, "end": end, **figures}


async def test_a_generation_is_told_once_with_what_the_engine_counted() -> None:
    fact = await told(TwoChunks(), request())
    assert (fact["kind"], fact["end"]) == ("completion", "stop")
    assert (fact["prompt"], fact["cached"], fact["new"]) == (9, 8, 2)


@pytest.mark.parametrize(
    ("backend", "most", "end", "new"),
    [(TwoChunks(), 1, "left", 1), (TwoChunks(BackendUnreachable("x")), 9, "failed", 1)],
)
async def test_so_is_one_that_did_not_come_to_its_end(
    backend: TwoChunks, most: int, end: str, new: int
) -> None:
    fact = await told(backend, request(), most=most)
    assert (fact["end"], fact["new"]) == (end, new)


async def test_work_that_nobody_waits_for_is_of_another_kind() -> None:
    assert (await told(TwoChunks(), request(priority=-1)))["kind"] == "ahead"
    meter = Told()
    await MeteredBackend(TwoChunks(), meter).warm(request(0, -1))  # type: ignore[arg-type]
    [(kind, end, figures)] = meter.facts
    assert (kind, end, figures["cached"], figures["new"]) == ("warm", "length", 4, 0)
