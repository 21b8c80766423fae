from __future__ import annotations

import asyncio
import threading

import attrs
import pytest

from fimls.completion import Completion, Query
from fimls.errors import BackendUnreachable, ConfigurationError
from fimls.lsp.completion_services import ServiceSlot
from fimls.settings import CompletionSettings, LogSettings, Settings
from support.caret import at_caret
from support.scripted import ScriptedService

ONE_LINE = Settings(completion=CompletionSettings(max_lines=1))


def query() -> Query:
    document, cursor = at_caret("a<|>b")
    return Query(document=document, cursor=cursor)


class Factory:
    def __init__(self) -> None:
        self.made: list[ScriptedService] = []
        self.errors: list[Exception] = []
        self.slow = False
        self.threads: set[int] = set()

    def __call__(self, settings: Settings) -> ScriptedService:
        self.threads.add(threading.get_ident())
        if self.errors:
            raise self.errors.pop()
        self.made.append(ScriptedService(settings, lambda query: "x"))
        if self.slow:
            self.made[-1].preparation.clear()
        return self.made[-1]


@pytest.fixture
def factory() -> Factory:
    return Factory()


@pytest.fixture
async def slot(factory: Factory):
    slot = ServiceSlot(factory)
    yield slot
    await slot.aclose()


async def test_nothing_is_built_before_it_is_needed(slot: ServiceSlot, factory: Factory):
    slot.use(ONE_LINE)
    await slot.aclose()
    assert not factory.made


async def test_one_service_is_built_for_all_off_the_event_loop(slot: ServiceSlot, factory: Factory):
    await asyncio.gather(slot.prepare(), slot.complete(query()), slot.complete(query()))
    assert len(factory.made) == 1
    assert threading.get_ident() not in factory.threads
    await slot.aclose()
    assert factory.made[0].closed


async def test_a_request_that_is_cancelled_while_it_is_built_disturbs_nobody(
    slot: ServiceSlot, factory: Factory
):
    first = asyncio.create_task(slot.complete(query()))
    second = asyncio.create_task(slot.complete(query()))
    await asyncio.sleep(0)
    first.cancel()
    assert await second
    assert len(factory.made) == 1


async def test_preparing_goes_on_while_requests_come_and_go(slot: ServiceSlot, factory: Factory):
    factory.slow = True
    for _ in range(3):
        request = asyncio.create_task(slot.complete(query()))
        while not (factory.made and factory.made[0].prepared):
            await asyncio.sleep(0.001)
        request.cancel()
        await asyncio.wait([request])
    last = asyncio.create_task(slot.complete(query()))
    await asyncio.sleep(0)
    factory.made[0].preparation.set()
    assert await last
    assert factory.made[0].prepared == 1


async def test_closed_documents_are_forgotten_by_what_is_built(slot: ServiceSlot, factory: Factory):
    slot.forget("file:///a.py")  # there is nothing yet
    await slot.prepare()
    slot.forget("file:///b.py")
    assert factory.made[0].forgotten == ["file:///b.py"]


async def test_preparing_that_failed_is_tried_again(slot: ServiceSlot, factory: Factory):
    await slot.prepare()
    factory.made[0].prepare_error = BackendUnreachable("Down: start it.")
    with pytest.raises(BackendUnreachable):
        await slot.complete(query())
    factory.made[0].prepare_error = None
    assert await slot.complete(query())


async def test_closing_ends_the_preparation(slot: ServiceSlot, factory: Factory):
    factory.slow = True
    preparing = asyncio.create_task(slot.prepare())
    while not (factory.made and factory.made[0].prepared):
        await asyncio.sleep(0.001)
    preparing.cancel()
    await asyncio.wait([preparing])
    await slot.aclose()
    assert factory.made[0].closed


async def test_a_factory_that_failed_is_asked_again(slot: ServiceSlot, factory: Factory):
    factory.errors.append(ConfigurationError("No key: set one."))
    with pytest.raises(ConfigurationError):
        await slot.complete(query())
    assert await slot.complete(query())


async def test_equal_settings_keep_the_service(slot: ServiceSlot, factory: Factory):
    await slot.prepare()
    assert not slot.use(Settings())
    assert not slot.use(attrs.evolve(Settings(), log=LogSettings(level="debug")))
    await slot.prepare()
    assert len(factory.made) == 1


async def test_a_replaced_service_ends_with_its_last_request(slot: ServiceSlot, factory: Factory):
    answer: asyncio.Future[str] = asyncio.Future()
    await slot.prepare()
    factory.made[0].act = lambda query: answer
    running = asyncio.create_task(slot.complete(query()))
    await factory.made[0].asked.acquire()
    assert slot.use(ONE_LINE)
    await slot.prepare()
    assert not factory.made[0].closed
    assert factory.made[1].settings == ONE_LINE
    answer.set_result("done")
    (completion,) = await running
    assert isinstance(completion, Completion)
    await slot.aclose()
    assert [service.closed for service in factory.made] == [True, True]
