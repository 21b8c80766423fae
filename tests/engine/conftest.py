"""One real SGLang on the embedded model, for the whole suite."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from fimls.engine.preset import load_preset
from fimls.engine.supervisor import Engine
from support.real_engines import RealEngine, of_sglang, started


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine; `engine.url` is where it answers."""
    if find_spec("sglang") is None:
        pytest.skip("SGLang is not installed: it comes with the extra `serve`")
    log = tmp_path_factory.mktemp("engine") / "sglang.log"
    with Engine.start(load_preset("embedded"), log=log) as started:
        yield started


@pytest.fixture(scope="session", params=["sglang", "llama-server"])
def serving(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealEngine]:
    """What an editor's tests are run over: SGLang, and llama-server where this machine has it."""
    if request.param == "sglang":
        yield of_sglang("sglang", request.getfixturevalue("engine").url)
        return
    with started("llama-server", tmp_path_factory.mktemp("engine") / "log.txt") as engine:
        yield engine


@pytest.fixture(scope="session")
def make_engine(tmp_path_factory: pytest.TempPathFactory):
    """Start a further engine on a folder; for models that are not the embedded one."""

    def make(model: Path):
        log = tmp_path_factory.mktemp("engine") / "sglang.log"
        return Engine.start(load_preset("embedded"), model=os.fspath(model), log=log)

    return make
