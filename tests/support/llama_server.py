"""A real llama-server, where this machine has one: test tooling, never a dependency."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM, MODEL, TOKENIZER = "TEST_LLAMA_SERVER", "TEST_LLAMA_GGUF", "TEST_LLAMA_TOKENIZER"
"""Environment variables: the program, a model, and a folder with that model's tokenizer."""


def program_and_model() -> tuple[str, str]:
    """Return them, or skip with what is missing."""
    program = os.environ.get(PROGRAM) or shutil.which("llama-server")
    model = os.environ.get(MODEL)
    if not program:
        pytest.skip(f"llama-server is neither on the PATH nor named by {PROGRAM}")
    if not model or not Path(model).is_file():
        pytest.skip(f"{MODEL} names no GGUF file of a model with FIM tokens")
    return program, model


@contextlib.contextmanager
def llama_server(log: Path, *, slots: int = 2, port: int = 0) -> Iterator[str]:
    """Start one on a free port; yields its address."""
    program, model = program_and_model()
    port = port or _free_port()
    command = [
        *(program, "-m", model, "--host", "127.0.0.1", "--port", str(port)),
        *("-c", str(4_096 * slots), "-np", str(slots), "-t", "2", "--cache-ram", "0"),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes], most_s: float = 120) -> None:
    until = time.monotonic() + most_s
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("llama-server did not start: see its log")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
