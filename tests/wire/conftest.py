"""The engine that these tests script, and backends that speak to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator

import pytest

from fimls.backend.sglang import SGLangBackend
from support.fake_sglang import FakeSGLang


@pytest.fixture(scope="module")
def running_engine() -> Iterator[FakeSGLang]:
    with FakeSGLang() as engine:
        yield engine


@pytest.fixture
def engine(running_engine: FakeSGLang) -> Iterator[FakeSGLang]:
    """The engine, without what the test before this one left."""
    running_engine.reset()
    yield running_engine
    running_engine.reset()


@pytest.fixture
async def backend(engine: FakeSGLang) -> AsyncGenerator[SGLangBackend, None]:
    backend = SGLangBackend(engine.url)
    yield backend
    await backend.aclose()
