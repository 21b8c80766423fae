"""An engine that comes back is found without a key, by few and cheap looks."""

from __future__ import annotations

import asyncio

import pytest

from fimls.errors import BackendBusy, BackendUnauthorised, BackendUnreachable, FimlsError
from fimls.lsp import engine_recovery
from fimls.lsp.engine_recovery import EngineRecovery

DOWN = BackendUnreachable("Nothing listens: start it.")


class Engine:
    """An engine that fails so many times, and what is said of it."""

    def __init__(self, *errors: FimlsError):
        self.errors = list(errors)
        self.looks = 0
        self.said: list[str] = []
        self.recovery = EngineRecovery(self.look, back=self.back, still=self.still)

    async def look(self) -> None:
        self.looks += 1
        if self.errors:
            raise self.errors.pop(0)

    def back(self) -> None:
        self.said.append("back")
        self.recovery.see(None)

    def still(self, error: FimlsError) -> None:
        self.said.append(type(error).__name__)
        self.recovery.see(error)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine_recovery, "PAUSES_S", (0.01, 0.02))


async def test_it_looks_until_the_engine_is_back_and_then_no_more():
    engine = Engine(DOWN, BackendUnauthorised("A key: set one."), BackendBusy("Full: wait."))
    for _ in range(5):
        engine.recovery.see(DOWN)
    await asyncio.sleep(0.3)
    assert engine.said == ["BackendUnreachable", "BackendUnauthorised", "BackendBusy", "back"]
    assert engine.looks == 4
    engine.recovery.see(DOWN)
    await asyncio.sleep(0.1)
    assert engine.looks == 5
    await engine.recovery.aclose()


@pytest.mark.parametrize("error", [None, BackendBusy("Full: wait."), FimlsError("Other: mend it.")])
async def test_what_a_look_cannot_mend_is_not_looked_at(error: FimlsError | None):
    engine = Engine()
    engine.recovery.see(error)
    await asyncio.sleep(0.1)
    assert engine.looks == 0


async def test_a_key_that_works_or_the_end_ends_it():
    for end in (lambda e: e.recovery.see(None), lambda e: e.recovery.stop()):
        engine = Engine(*[DOWN] * 1_000)
        engine.recovery.see(DOWN)
        await asyncio.sleep(0.05)
        end(engine)
        looks = engine.looks
        await asyncio.sleep(0.1)
        assert engine.looks == looks > 0
        await engine.recovery.aclose()


async def test_what_nobody_foresaw_ends_it_quietly():
    engine = Engine()
    engine.errors.append(KeyError("x"))  # pyright: ignore[reportArgumentType]
    engine.recovery.see(DOWN)
    await asyncio.sleep(0.1)
    engine.recovery.see(DOWN)
    await asyncio.sleep(0.1)
    assert engine.said == ["back"]
