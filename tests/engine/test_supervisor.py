"""Whatever ends `fimls engine`, none of SGLang's processes is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from fimls.engine.embedded import embedded_model_path
from fimls.engine.preset import load_preset
from fimls.engine.supervisor import Engine
from fimls.errors import EngineError

pytestmark = pytest.mark.engine


@pytest.fixture(autouse=True)
def _needs_sglang() -> None:
    pytest.importorskip("sglang", reason="SGLang is installed by the extra `serve`")


def test_nothing_is_left_when_the_command_is_terminated(tmp_path: Path) -> None:
    arguments = ["engine", "--port", "0", "--log-file", str(tmp_path / "log")]
    command = subprocess.Popen(
        [sys.executable, "-m", "fimls", *arguments], stderr=subprocess.PIPE, text=True
    )
    assert command.stderr is not None
    said = ""
    while "ready at" not in said:
        line = command.stderr.readline()
        assert line, f"it ended: {said}"
        said += line
    family = psutil.Process(command.pid).children(recursive=True)
    assert len(family) >= 2, "SGLang has a scheduler beside its main process"

    command.send_signal(signal.SIGTERM)
    command.wait(60)

    assert not psutil.wait_procs(family, timeout=30)[1]


def test_an_engine_that_dies_says_so(
    make_engine: Callable[[Path], AbstractContextManager[Any]],
) -> None:
    with make_engine(embedded_model_path()) as engine:
        assert httpx.get(engine.url + "/model_info", timeout=30).status_code == 200
        listeners = {
            c.pid for c in psutil.net_connections("tcp") if c.laddr.port == int(engine.url[-5:])
        }
        family = [psutil.Process(pid) for pid in listeners if pid]
        family += [child for p in family for child in p.children(recursive=True)]
        os.kill(family[-1].pid, signal.SIGKILL)

        with pytest.raises(EngineError) as caught:
            engine.wait()

    assert str(engine.log) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not psutil.wait_procs(family, timeout=30)[1]


def test_an_argument_that_sglang_does_not_know(tmp_path: Path) -> None:
    with (
        pytest.raises(EngineError, match="SGLang does not know one of its arguments"),
        Engine.start(load_preset("embedded"), extra=["--no-such"], log=tmp_path / "log"),
    ):
        pass
