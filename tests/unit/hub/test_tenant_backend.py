from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from fimls.backend.base import Chunk, GenerateRequest, ModelInfo, Priority, Usage
from fimls.errors import BackendBusy, BackendUnreachable
from fimls.hub.authentication import User
from fimls.hub.fair_queue import FairQueue, Room
from fimls.hub.tenant_backend import Tenant, TenantBackend, cost_of, namespace, work_of
from support.toy_backend import ToyBackend


class Engine(ToyBackend):
    """Generates one token; counts what is asked of it."""

    def __init__(self) -> None:
        self.requests: list[GenerateRequest] = []
        self.asked = 0
        self.fails = self.closed = False

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        self.requests.append(request)
        if self.fails:
            raise BackendUnreachable("It is away.")
        yield Chunk(text="x", usage=Usage())
        yield Chunk(text="", usage=Usage(), finish_reason="stop")

    async def model_info(self) -> ModelInfo:
        self.asked += 1
        await asyncio.sleep(0)
        return await super().model_info()

    async def aclose(self) -> None:
        self.closed = True


ALICE, BOB = User(name="alice", team="kernel"), User(name="bob", team="kernel")
EVE, ALONE = User(name="eve", team="other"), User(name="alone")


def request(**fields: object) -> GenerateRequest:
    return GenerateRequest(**{"rid": "r", "input_ids": (1, 2), "max_new_tokens": 4, **fields})


async def read(backend: TenantBackend) -> None:
    async with aclosing(backend.stream(request())) as chunks:
        async for _ in chunks:
            pass


@pytest.mark.parametrize(
    ("priority", "work"),
    [
        (None, Priority.COMPLETION),
        (0, Priority.COMPLETION),
        (5, Priority.COMPLETION),
        (-1, Priority.SPECULATION),
        (-2, Priority.CODE_ACTION),
        (-3, Priority.WARM_UP),
        (-9, Priority.WARM_UP),
    ],
)
def test_what_a_request_is_for(priority: int | None, work: Priority):
    assert work_of(request(priority=priority)) is work


def test_costs_grow_with_what_is_asked():
    usual = request(max_new_tokens=64, input_ids=range(2_048))
    assert cost_of(usual) == 1.0
    assert cost_of(request(max_new_tokens=128, input_ids=range(2_048))) == 1.75
    assert 0 < cost_of(request(max_new_tokens=0)) < 0.5


def test_namespaces():
    def key(kind: str, user: User, repository: str = "r", secret: str = "s") -> str:
        return namespace(secret, kind, user, repository)

    assert key("user", ALICE) != key("user", BOB)
    assert key("user", ALICE, "r") == key("user", ALICE, "other")
    assert key("team", ALICE) == key("team", BOB) != key("team", EVE)
    assert key("team", ALONE) != key("team", User(name="alone2"))
    assert key("repository", ALICE) == key("repository", BOB)
    assert key("repository", ALICE) != key("repository", BOB, "other")
    assert key("repository", ALICE) != key("repository", EVE)
    assert key("everybody", ALICE) == key("everybody", EVE)
    assert key("user", ALICE) != key("user", ALICE, secret="t")
    # Whatever somebody is called, it is not somebody else's namespace.
    assert key("team", User(name="kernel")) != key("team", ALICE)
    forged = User(name="eve", team="kernel")
    assert key("repository", forged, "r\0x") != key("repository", ALICE, "r")


class Compiles(Engine):
    """Has no first token before it is let to."""

    def __init__(self) -> None:
        super().__init__()
        self.compiled = asyncio.Event()

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        self.requests.append(request)
        if request.regex:
            await self.compiled.wait()
        yield Chunk(text="x", usage=Usage())
        yield Chunk(text="", usage=Usage(), finish_reason="stop")


async def test_one_users_grammars_are_compiled_one_after_the_other():
    toy = Compiles()
    queue = FairQueue(Room(in_flight=16, user_in_flight=8, waiting=16, wait_s=5))
    ours, theirs = (
        TenantBackend(toy, Tenant(user=user, key=user.name), queue) for user in (ALICE, BOB)
    )

    async def ask(backend: TenantBackend, **fields: object) -> None:
        async with aclosing(backend.stream(request(**fields))) as chunks:
            async for _ in chunks:
                pass

    action = Priority.CODE_ACTION
    slow = [asyncio.create_task(ask(ours, regex="a{9}", priority=action)) for _ in range(5)]
    slow.append(asyncio.create_task(ask(theirs, regex="b{9}", priority=action)))
    await asyncio.sleep(0.05)
    assert sorted(each.extra_key or "" for each in toy.requests) == ["alice", "bob"]
    slow[1].cancel()  # one that waits leaves the others their turn
    async with asyncio.timeout(5):
        await ask(ours)  # completions do not wait for it
        toy.compiled.set()
        await asyncio.gather(*slow, return_exceptions=True)
    assert len(toy.requests) == 6
    assert queue.running == 0


async def test_a_tenant_has_its_own_key_and_its_turn():
    toy = Engine()
    queue = FairQueue(Room(in_flight=2, user_in_flight=1, waiting=1, wait_s=0.01))
    ours = TenantBackend(toy, Tenant(user=ALICE, key="ours"), queue)
    async with aclosing(ours.stream(request(extra_key="somebody else's"))) as chunks:
        async for _ in chunks:
            assert queue.running == 1
            break
        with pytest.raises(BackendBusy, match="The hub is busy"):
            await read(ours)
    assert queue.running == 0
    assert [each.extra_key for each in toy.requests] == ["ours"]
    await ours.aclose()
    assert not toy.closed
