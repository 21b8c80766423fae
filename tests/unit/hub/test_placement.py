"""Several engines as one: who is asked, and what happens where one goes and comes back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise

import pytest

from fimls.backend.base import Chunk, GenerateRequest, ModelInfo, Usage
from fimls.backend.stale_model_guard import ModelCheckedBackend
from fimls.errors import BackendBusy, BackendRejected, BackendReplaced, BackendUnreachable
from fimls.hub import placement
from fimls.hub.placement import PlacedBackend
from fimls.hub.replica import RETURN_S
from support.toy_backend import ToyBackend

ANSWER = "return value"


class Engine(ToyBackend):
    """Writes a text, letter by letter, and dies where it is told to."""

    def __init__(self, text: str = ANSWER) -> None:
        self.text = text
        self.dies_after: int | None = None
        self.asked: list[GenerateRequest] = []

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        self.asked.append(request)
        for at, letter in enumerate(self.text):
            if self.dies_after is not None and at >= self.dies_after:
                raise BackendUnreachable("It was killed.")
            await asyncio.sleep(0)
            yield Chunk(text=letter, usage=Usage(), logprobs=((letter, -0.1),))
        yield Chunk(text="", usage=Usage(), finish_reason="stop")

    async def healthy(self) -> bool:
        return self.dies_after is None


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def request(place: int, *, typed: int = 0, tenant: str = "t") -> GenerateRequest:
    ids = [place] * 100 + [7] * typed
    return GenerateRequest(rid="r", input_ids=ids, max_new_tokens=9, extra_key=tenant)


async def answer(backend: PlacedBackend, asked: GenerateRequest) -> list[Chunk]:
    async with aclosing(backend.stream(asked)) as chunks:
        return [chunk async for chunk in chunks]


def text(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def where(backend: PlacedBackend, places: range) -> dict[int, tuple[str, int]]:
    return {at: (p[0].url, p[1]) for at in places if (p := backend.place(request(at)))}


def test_a_place_stays_where_it_is_while_one_types_and_places_are_spread_evenly() -> None:
    backend = PlacedBackend({url: Engine() for url in "abc"}, ranks=4)
    for at in range(20):
        assert len({backend.place(request(at, typed=n)) for n in range(9)}) == 1
    found = Counter(where(backend, range(2_400)).values())
    assert len(found) == 12
    assert max(found.values()) <= 1.05 * 2_400 / 12 + 1


def test_who_has_a_namespace_of_its_own_has_a_place_of_its_own() -> None:
    backend = PlacedBackend({url: Engine() for url in "abcdefgh"})
    places = {backend.place(request(1, tenant=f"user {n}"))[0].url for n in range(40)}
    assert len(places) > 4


def test_the_users_of_an_engine_that_is_gone_go_elsewhere_and_nobody_else_moves() -> None:
    backend = PlacedBackend({url: Engine() for url in "abcd"})
    before = where(backend, range(400))
    backend.replicas["b"].failed()
    after = where(backend, range(400))
    moved = {at for at in before if before[at] != after[at]}
    assert moved == {at for at, (url, _) in before.items() if url == "b"}
    assert len({after[at] for at in moved}) == 3


def test_an_engine_that_is_back_has_its_users_back_one_after_the_other() -> None:
    clock = Clock()
    backend = PlacedBackend({url: Engine() for url in "ab"}, clock=clock)
    before = where(backend, range(400))
    backend.replicas["b"].failed()
    backend.replicas["b"].returned()
    back: list[int] = []
    for tenth in range(11):
        clock.now = RETURN_S * tenth / 10
        now = where(backend, range(400))
        back.append(sum(now[at] == ("b", 0) for at in now))
    total = sum(url == "b" for url, _ in before.values())
    assert back[0] == 0
    assert back == sorted(back)
    assert max(b - a for a, b in pairwise(back)) < 0.25 * total
    assert back[-1] == total
    assert where(backend, range(400)) == before


def test_what_is_too_much_for_one_spills_to_its_second_choice_alone() -> None:
    backend = PlacedBackend({url: Engine() for url in "abc"}, spill=4)
    first, rank = backend.place(request(1))
    with first.at_work(rank), first.at_work(rank), first.at_work(rank):
        assert backend.place(request(1)) == (first, rank)
        with first.at_work(rank):
            second = backend.place(request(1))[0]
            assert second is not first
            assert {backend.place(request(1))[0] for _ in range(9)} == {second}
    assert backend.place(request(1)) == (first, rank)


def test_a_rank_is_named_where_there_are_several() -> None:
    engine = Engine()

    async def ask(ranks: int) -> int | None:
        await answer(PlacedBackend({"a": engine}, ranks=ranks), request(3))
        return engine.asked[-1].rank

    assert asyncio.run(ask(1)) is None
    assert asyncio.run(ask(8)) in range(8)


@pytest.mark.parametrize("after", [0, 1, 6, len(ANSWER) - 1])
def test_an_engine_that_dies_over_an_answer_loses_nothing_of_it(after: int) -> None:
    async def run() -> None:
        engines = {url: Engine() for url in "ab"}
        backend = PlacedBackend(engines)
        first = backend.place(request(1))[0]
        engines[first.url].dies_after = after
        try:
            chunks = await answer(backend, request(1))
        finally:
            await backend.aclose()
        assert text(chunks) == ANSWER
        assert "".join(said for chunk in chunks for said, _ in chunk.logprobs) == ANSWER
        assert not first.up

    asyncio.run(run())


def test_an_engine_that_would_write_something_else_does_not_go_on() -> None:
    async def run() -> None:
        engines = {url: Engine() for url in "ab"}
        backend = PlacedBackend(engines)
        first = backend.place(request(1))[0]
        engines[first.url].dies_after = 3
        [other] = [each for url, each in engines.items() if url != first.url]
        other.text = "raise error"
        try:
            with pytest.raises(BackendRejected):
                await answer(backend, request(1))
            assert [url for url, each in backend.replicas.items() if not each.up] == [first.url]
        finally:
            await backend.aclose()

    asyncio.run(run())


def test_where_all_are_gone_the_error_is_theirs_and_one_that_is_back_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(placement, "LOOK_EVERY_S", 0.001)

    async def run() -> None:
        engines = {url: Engine() for url in "ab"}
        backend = PlacedBackend(engines)
        for engine in engines.values():
            engine.dies_after = 0
        try:
            with pytest.raises(BackendUnreachable):
                await answer(backend, request(1))
            engines["a"].dies_after = None
            async with asyncio.timeout(5):
                while not backend.replicas["a"].up:
                    await asyncio.sleep(0.001)
            assert text(await answer(backend, request(1))) == ANSWER
            assert not backend.replicas["b"].up
        finally:
            await backend.aclose()

    asyncio.run(run())


class Starved(Engine):
    """Is there, but its connection was not made in time, once."""

    refused = False

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        if not self.refused:
            self.refused = True
            raise BackendUnreachable("No connection in time.")
        async with aclosing(super().stream(request)) as chunks:
            async for chunk in chunks:
                yield chunk


async def test_nothing_is_lost_where_one_is_gone_and_the_other_one_was_only_late() -> None:
    gone = Engine()
    gone.dies_after = 3
    for at in range(8):  # whichever of the two is asked first
        backend = PlacedBackend({"gone": gone, "late": Starved()})
        assert text(await answer(backend, request(at))) == ANSWER
        await backend.aclose()


class Serving(Engine):
    """Names a model and how much room it has, and refuses for want of room where it is told to."""

    def __init__(self, model: str = "model", room: int | None = 4_096) -> None:
        super().__init__()
        self.model, self.room, self.busy = model, room, False

    async def model_info(self) -> ModelInfo:
        if self.dies_after is not None:
            raise BackendUnreachable("It was killed.")
        return ModelInfo(model_path=self.model, tokenizer_path=self.model, context_length=self.room)

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        if self.busy:
            self.asked.append(request)
            raise BackendBusy("It is full.")
        async with aclosing(super().stream(request)) as chunks:
            async for chunk in chunks:
                yield chunk


def guarded(engines: dict[str, Serving]) -> PlacedBackend:
    """Return a backend over engines that are asked who they are at each request."""
    now = iter(range(0, 10**6, 10))
    return PlacedBackend(
        {url: ModelCheckedBackend(each, clock=lambda: next(now)) for url, each in engines.items()}
    )


async def asked_of_all(backend: PlacedBackend) -> list[str]:
    """Return the answers to twelve places, as an editor asks: anew where the model is another."""
    answers: list[str] = []
    for at in range(12):
        for attempt in range(2):
            made_for = replace(request(at), model=await backend.model_info())
            try:
                answers.append(text(await answer(backend, made_for)))
                break
            except BackendReplaced:
                assert attempt == 0
    return answers


async def test_one_that_serves_another_model_is_left_out_and_comes_back_with_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(placement, "LOOK_EVERY_S", 0.001)
    engines = {"a": Serving(), "b": Serving("another")}
    backend = guarded(engines)
    try:
        assert await asked_of_all(backend) == [ANSWER] * 12
        assert not backend.replicas["b"].up
        assert not engines["b"].asked
        assert "it serves another and the others model: start it with the same" in caplog.text
        await asyncio.sleep(0.05)
        assert not backend.replicas["b"].up
        assert len(caplog.records) < 4, "what it serves is said once"
        engines["b"].model = "model"
        async with asyncio.timeout(5):
            while not backend.replicas["b"].up:
                await asyncio.sleep(0.001)
    finally:
        await backend.aclose()


async def test_where_all_serve_another_model_by_now_whoever_asks_learns_it() -> None:
    engines = {"a": Serving(), "b": Serving()}
    backend = guarded(engines)
    try:
        assert await asked_of_all(backend) == [ANSWER] * 12
        for engine in engines.values():
            engine.model = "newer"
        assert await asked_of_all(backend) == [ANSWER] * 12
        assert (await backend.model_info()).model_path == "newer"
    finally:
        await backend.aclose()


async def test_a_model_is_exchanged_one_engine_after_the_other_and_all_is_answered() -> None:
    """The first that has the new one waits for the last that has the old one."""
    engines = {url: Serving() for url in "abc"}
    backend = guarded(engines)
    try:
        for engine, serves in zip(engines.values(), ("model", "model", "newer"), strict=True):
            assert await asked_of_all(backend) == [ANSWER] * 12
            engine.model = "newer"
            assert (await backend.model_info()).model_path == serves
            assert await asked_of_all(backend) == [ANSWER] * 12
    finally:
        await backend.aclose()


@pytest.mark.parametrize(("first", "second"), [(4_096, 4_000), (4_000, 4_096), (None, 4_096)])
async def test_one_model_with_different_room_is_used_everywhere_within_the_least(
    first: int | None, second: int
) -> None:
    engines = {"a": Serving(room=first), "b": Serving(room=second)}
    backend = guarded(engines)
    try:
        assert await asked_of_all(backend) == [ANSWER] * 12
        assert all(engine.asked and backend.replicas[url].up for url, engine in engines.items())
        assert (await backend.model_info()).context_length == min(first or second, second)
    finally:
        await backend.aclose()


async def test_what_one_has_no_room_for_goes_to_its_second_choice_and_no_further() -> None:
    engines = {url: Serving() for url in "abc"}
    backend = PlacedBackend(engines)
    first = engines[backend.place(request(1))[0].url]
    first.busy = True
    assert text(await answer(backend, request(1))) == ANSWER
    assert all(replica.up for replica in backend.replicas.values())
    for engine in engines.values():
        engine.busy = True
        engine.asked.clear()
    with pytest.raises(BackendBusy):
        await answer(backend, request(1))
    assert sum(len(engine.asked) for engine in engines.values()) == 2


def test_the_only_one_that_is_back_has_all_users_at_once() -> None:
    backend = PlacedBackend({url: Engine() for url in "ab"}, clock=Clock())
    for replica in backend.replicas.values():
        replica.failed()
    backend.replicas["b"].returned()
    assert {url for url, _ in where(backend, range(100)).values()} == {"b"}


class OfTwoRanks(Engine):
    """Refuses a rank that it does not have, in SGLang's words."""

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        if (request.rank or 0) >= 2:
            raise BackendRejected(f"It refuses: routed_dp_rank={request.rank} out of range [0, 2).")
        async with aclosing(super().stream(request)) as chunks:
            async for chunk in chunks:
                yield chunk


async def test_more_ranks_than_an_engine_has_are_refused_by_the_settings_name() -> None:
    backend = PlacedBackend({"a": OfTwoRanks()}, ranks=8)
    [outside, *_] = [at for at in range(40) if backend.place(request(at))[1] > 1]
    with pytest.raises(BackendRejected, match=r"no data-parallel rank \d: set hub\.ranks to its"):
        await answer(backend, request(outside))
    [inside, *_] = [at for at in range(40) if backend.place(request(at))[1] < 2]
    assert text(await answer(backend, request(inside))) == ANSWER
