"""What the server tells a meter, and the log, of each request."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from fimls.errors import BackendUnreachable
from fimls.logs import configure_logs
from fimls.lsp import create_server
from fimls.metrics import Meter
from support.scripted import ScriptedService, forever
from support.wire import Wire, cancel, opened, typed


class Told(Meter):
    """Attributes: what it was told."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.causes: list[str] = []
        self.suggestions: list[tuple[str, str, int]] = []

    def answered(self, outcome: str, source: str, seconds: float) -> None:
        assert 0 <= seconds < 60
        self.requests.append((outcome, source))

    def failed(self, cause: str) -> None:
        self.causes.append(cause)

    def suggestion(self, outcome: str, source: str, after_s: int) -> None:
        self.suggestions.append((outcome, source, after_s))


class Session(Wire):
    def __init__(self, tmp_path: Path) -> None:
        self.act: Any = lambda query: "x"
        self.meter = Told()
        service = ScriptedService(act=lambda query: self.act(query))
        self.service = service
        super().__init__(
            create_server(
                service_factory=lambda settings: service,
                user_file=tmp_path / "none.toml",
                meter=self.meter,
            )
        )


@pytest.fixture
async def session(tmp_path: Path) -> AsyncGenerator[Session]:
    async with Session(tmp_path) as session:
        yield session


async def test_each_request_is_told_once(session: Session) -> None:
    await session.start({"completion": {"deadline_ms": 50}})
    session.send(opened("a"))
    for act in ("x", "", BackendUnreachable("Down: start it."), KeyError("x"), forever):
        session.act = act if callable(act) else lambda query, act=act: act
        request = session.completion(0, 1)
        session.send(request)
        await session.answer(request)

    assert session.meter.requests == [
        ("answered", "engine"),
        ("empty", ""),
        ("failed", ""),
        ("failed", ""),
        ("late", ""),
    ]
    assert session.meter.causes == ["BackendUnreachable", "KeyError", "DeadlineError"]


async def test_so_is_one_that_nobody_wants_any_more(session: Session) -> None:
    session.act = forever
    await session.start()
    first, second = session.completion(0, 1), session.completion(0, 1)
    session.send(opened("a"), first)
    await asyncio.wait_for(session.service.asked.acquire(), 5)
    session.send(second)
    await session.answer(first)
    await asyncio.wait_for(session.service.asked.acquire(), 5)
    session.send(cancel(second))
    await session.answer(second)
    third = session.completion(0, 1)
    session.send(third, typed(0, 1, "b", version=2))
    await session.answer(third)

    assert sorted(session.meter.requests) == [("cancelled", ""), ("stale", ""), ("superseded", "")]


async def test_what_becomes_of_suggestions_is_told(session: Session) -> None:
    session.act = lambda query: "xyz"
    await session.start()
    request = session.completion(0, 1)
    session.send(opened("a"), request)
    await session.answer(request)
    after = session.completion(0, 4)
    session.send(typed(0, 1, "xyz", version=2), after)
    await session.answer(after)

    assert session.meter.suggestions == [("full", "engine", 0)]


@pytest.mark.usefixtures("_restored_logging")
async def test_each_request_is_a_line_of_json_without_its_text(
    session: Session, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    configure_logs(log, as_json=True, requests=True)
    session.act = lambda query: logging.getLogger("fimls.below").info("asked") or "secret"
    await session.start()
    session.send(opened("a"))
    for _ in range(2):
        request = session.completion(0, 1)
        session.send(request)
        await session.answer(request)

    lines = [json.loads(line) for line in log.read_text("utf-8").strip().split("\n")]
    below = [line["request"] for line in lines if line["logger"] == "fimls.below"]
    ended = [line for line in lines if line["logger"] == "fimls.requests"]
    assert [line["request"] for line in ended] == below
    assert len(set(below)) == 2
    assert all((each["outcome"], each["source"]) == ("answered", "engine") for each in ended)
    assert all(each["ms"] >= 0 and each["level"] == "info" for each in ended)
    assert "secret" not in log.read_text("utf-8")


@pytest.fixture
def _restored_logging():
    root = logging.getLogger()
    handlers = root.handlers[:]
    yield
    root.handlers[:] = handlers
    logging.raiseExceptions = True
    for name in ("fimls", "pygls", "fimls.requests"):
        logging.getLogger(name).setLevel(logging.NOTSET)
